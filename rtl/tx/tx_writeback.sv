// SPDX-License-Identifier: MIT
//
// Completes descriptors in the order in which they were parsed: writes DD back (82574 fact sheet 4.4, 4.5)
// into a descriptor's last dword, the only one written, and has its ring's head follow (tx_ring_state). A
// descriptor that brought data is complete when `done_i` counted it: its bytes are consumed and, if it
// ends a packet, the packet is in the frame buffer.
//
// Completed descriptors form batches: a batch takes what is complete, up to 32, its writes are in
// flight together, and only when all their responses are there do the heads move and the events go
// out. So an interrupt never overtakes DD, and batches grow with the latency of the bus.
//
// While `abort_i`, nothing is written to that ring any more; what is complete still moves its head.
// `flush_i` drops what is not complete and takes the heads back to the start of the packet in work.

module tx_writeback #(
  parameter int unsigned DataW = 1024,
  parameter bit EnQueues = 1'b1,  // 0: only ring 0
  localparam int unsigned MaxBatch = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [1:0]       abort_i,
  input  logic             flush_i,

  // A bit, or a slice, a ring.
  input  logic [2*64-1:0]  ring_base_i,
  input  logic [2*16-1:0]  ring_size_i,  // descriptors
  input  logic [2*16-1:0]  tail_i,
  input  logic [1:0]       head_we_i,
  input  logic [15:0]      head_wdata_i,
  input  logic [2*7-1:0]   low_i,        // TXDCTL.LWTHRESH
  output logic [2*16-1:0]  head_o,

  input  logic             entry_valid_i,
  input  logic [37:0]      entry_i,
  output logic             entry_pop_o,
  input  logic             done_i,

  output logic             wb_wr_req_valid_o,
  output logic [63:0]      wb_wr_req_addr_o,
  output logic [15:0]      wb_wr_req_len_o,
  input  logic             wb_wr_req_ready_i,
  output logic             wb_wr_valid_o,
  output logic [DataW-1:0] wb_wr_data_o,
  input  logic             wb_wr_ready_i,
  input  logic             wb_wr_done_i,

  output logic [1:0]       ev_wb_o,
  output logic [1:0]       ev_wb_ide_o,
  output logic             ev_txqe_o,
  output logic             ev_low_o,

  output logic             drained_o,
  output logic             active_o
);
  localparam int unsigned CntW = $clog2(MaxBatch) + 1;

  logic queue, waits, boundary, wanted, rs, ide;
  logic [31:0] dword3;
  assign {queue, waits, boundary, wanted, rs, ide, dword3} = entry_i;

  // Pieces consumed whose descriptor was not completed yet.
  logic [8:0] done_q;
  logic take_done;

  // The batch being formed, then (`closing_q`) waiting for its responses.
  logic [CntW-1:0] count_q, due_q;  // descriptors in it; write-backs whose response is due
  logic closing_q, full, complete, write, pop, close, ends;

  // The write channel: request and data are taken independently.
  logic req_valid_q, data_valid_q, req_fire, data_fire;
  logic [63:0] req_addr_q;
  logic [31:0] data_q;

  assign req_fire = req_valid_q && wb_wr_req_ready_i;
  assign data_fire = data_valid_q && wb_wr_ready_i;

  assign full = count_q == CntW'(MaxBatch);
  assign complete = entry_valid_i && (!waits || done_q != '0);
  assign write = wanted && !abort_i[queue];
  assign pop = complete && !full && !closing_q && !flush_i &&
               !(write && ((req_valid_q && !req_fire) || (data_valid_q && !data_fire)));
  assign take_done = pop && waits;
  assign entry_pop_o = pop;
  assign close = !closing_q && count_q != '0 && (full || !complete);
  assign ends = closing_q && due_q == '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) done_q <= '0;
    else if (done_i != take_done) done_q <= done_i ? done_q + 1'b1 : done_q - 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      due_q <= '0;
      closing_q <= 1'b0;
    end else begin
      if (ends || flush_i) count_q <= '0;
      else if (pop) count_q <= count_q + 1'b1;
      if ((pop && write) != wb_wr_done_i) due_q <= wb_wr_done_i ? due_q - 1'b1 : due_q + 1'b1;
      if (close) closing_q <= 1'b1;
      else if (ends) closing_q <= 1'b0;
    end
  end

  logic [2*16-1:0] index;
  logic [1:0] txqe, low;

  for (genvar q = 0; q < 2; q++) begin : gen_ring
    if (q == 0 || EnQueues) begin : gen_state
      tx_ring_state u_state (
        .clk_i, .rst_ni, .flush_i,
        .ring_size_i(ring_size_i[16*q +: 16]), .tail_i(tail_i[16*q +: 16]),
        .head_we_i(head_we_i[q]), .head_wdata_i, .head_o(head_o[16*q +: 16]), .index_o(index[16*q +: 16]),
        .low_i(low_i[7*q +: 7]),
        .pop_i(pop && queue == 1'(q)), .boundary_i(boundary), .write_i(write), .speaks_i(rs || (waits && boundary)),
        .rs_i(rs), .ide_i(ide), .ends_i(ends),
        .ev_wb_o(ev_wb_o[q]), .ev_wb_ide_o(ev_wb_ide_o[q]), .ev_txqe_o(txqe[q]), .ev_low_o(low[q])
      );
    end else begin : gen_none
      assign head_o[16*q +: 16] = '0;
      assign index[16*q +: 16] = '0;
      assign ev_wb_o[q] = 1'b0;
      assign ev_wb_ide_o[q] = 1'b0;
      assign txqe[q] = 1'b0;
      assign low[q] = 1'b0;

      logic unused_ring;
      assign unused_ring = ^{ring_size_i[16*q +: 16], tail_i[16*q +: 16], low_i[7*q +: 7]};
    end
  end

  assign ev_txqe_o = txqe != '0;
  assign ev_low_o = low != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      req_valid_q <= 1'b0;
      data_valid_q <= 1'b0;
    end else begin
      if (pop && write) req_valid_q <= 1'b1;
      else if (req_fire) req_valid_q <= 1'b0;
      if (pop && write) data_valid_q <= 1'b1;
      else if (data_fire) data_valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (pop && write) begin
      req_addr_q <= (queue ? ring_base_i[127:64] : ring_base_i[63:0]) +
                    {44'd0, queue ? index[31:16] : index[15:0], 4'd12};
      data_q <= dword3;
    end
  end

  assign wb_wr_req_valid_o = req_valid_q;
  assign wb_wr_req_addr_o = req_addr_q;
  assign wb_wr_req_len_o = 16'd4;
  assign wb_wr_valid_o = data_valid_q;
  assign wb_wr_data_o = DataW'(data_q);

  assign drained_o = !req_valid_q && !data_valid_q && due_q == '0 && !closing_q && count_q == '0 && !complete;
  assign active_o = pop || close || ends || done_i || req_fire || data_fire || wb_wr_done_i || head_we_i != '0 ||
                    ev_wb_o != '0 || ev_txqe_o || ev_low_o;
endmodule
