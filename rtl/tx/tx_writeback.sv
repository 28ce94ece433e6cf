// SPDX-License-Identifier: MIT
//
// Completes descriptors in ring order: advances the head and writes DD back (82574 fact sheet 4.4,
// 4.5) into the descriptor's last dword, the only one written. A descriptor that brought data is
// complete when `done_i` counted it: its bytes are consumed and, if it ends a packet, the packet is in
// the frame buffer.
//
// Completed descriptors form batches: a batch takes what is complete, up to 32, its writes are in
// flight together, and only when all their responses are there do the head move and the event go
// out. So an interrupt never overtakes DD, and batches grow with the latency of the bus.
//
// While `abort_i`, nothing is written any more; what is complete still moves the head. `flush_i` drops
// what is not complete and takes the head back to the start of the packet it was in.

module tx_writeback #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned MaxBatch = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             abort_i,
  input  logic             flush_i,

  input  logic [63:0]      ring_base_i,
  input  logic [15:0]      ring_size_i,  // descriptors
  input  logic [15:0]      tail_i,
  input  logic             head_we_i,
  input  logic [15:0]      head_wdata_i,
  output logic [15:0]      head_o,

  input  logic             entry_valid_i,
  input  logic [36:0]      entry_i,
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

  output logic             ev_wb_o,
  output logic             ev_wb_ide_o,
  output logic             ev_txqe_o,

  output logic             drained_o,
  output logic             active_o
);
  localparam int unsigned CntW = $clog2(MaxBatch) + 1;

  logic waits, boundary, wanted, rs, ide;
  logic [31:0] dword3;
  assign {waits, boundary, wanted, rs, ide, dword3} = entry_i;

  // Pieces consumed whose descriptor was not completed yet.
  logic [8:0] done_q;
  logic take_done;

  // The batch being formed, then (`closing_q`) waiting for its responses.
  logic [CntW-1:0] count_q, due_q;  // descriptors in it; write-backs whose response is due
  logic closing_q, full, complete, write, pop, close, ends;
  logic [15:0] index_q, boundary_q, next_index;

  // What the next event will tell. Write-backs of descriptors that neither end a packet nor ask for
  // a report give no event of their own; the packet's end speaks for them.
  logic written_q, speaks_q, rs_seen_q, rs_now_q;

  // The write channel: request and data are taken independently.
  logic req_valid_q, data_valid_q, req_fire, data_fire;
  logic [63:0] req_addr_q;
  logic [31:0] data_q;

  assign req_fire = req_valid_q && wb_wr_req_ready_i;
  assign data_fire = data_valid_q && wb_wr_ready_i;

  assign full = count_q == CntW'(MaxBatch);
  assign complete = entry_valid_i && (!waits || done_q != '0);
  assign write = wanted && !abort_i;
  assign pop = complete && !full && !closing_q && !flush_i &&
               !(write && ((req_valid_q && !req_fire) || (data_valid_q && !data_fire)));
  assign take_done = pop && waits;
  assign entry_pop_o = pop;
  assign close = !closing_q && count_q != '0 && (full || !complete);
  assign ends = closing_q && due_q == '0;

  assign next_index = (index_q + 16'd1 >= ring_size_i) ? 16'd0 : index_q + 16'd1;

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

  // The head. `moved_q`: software wrote it; what was in flight then no longer counts.
  logic moved_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_o <= '0;
      index_q <= '0;
      boundary_q <= '0;
      moved_q <= 1'b0;
    end else if (head_we_i) begin
      head_o <= head_wdata_i;
      index_q <= head_wdata_i;
      boundary_q <= head_wdata_i;
      moved_q <= 1'b1;
    end else if (flush_i) begin
      head_o <= boundary_q;
      index_q <= boundary_q;
      moved_q <= 1'b0;
    end else begin
      if (ends) head_o <= index_q;
      if (pop && !moved_q) begin
        index_q <= next_index;
        if (boundary) boundary_q <= next_index;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) begin
      {written_q, speaks_q, rs_seen_q, rs_now_q} <= '0;
    end else if (ends && speaks_q) begin
      {written_q, speaks_q, rs_seen_q, rs_now_q} <= '0;
    end else if (pop && write) begin
      written_q <= 1'b1;
      speaks_q <= speaks_q || rs || (waits && boundary);
      rs_seen_q <= rs_seen_q || rs;
      rs_now_q <= rs_now_q || (rs && !ide);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {ev_wb_o, ev_wb_ide_o, ev_txqe_o} <= '0;
    end else begin
      ev_wb_o <= ends && written_q && speaks_q;
      ev_wb_ide_o <= ends && written_q && speaks_q && rs_seen_q && !rs_now_q;
      ev_txqe_o <= ends && index_q == tail_i && !moved_q;
    end
  end

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
      req_addr_q <= ring_base_i + {44'd0, index_q, 4'd12};
      data_q <= dword3;
    end
  end

  assign wb_wr_req_valid_o = req_valid_q;
  assign wb_wr_req_addr_o = req_addr_q;
  assign wb_wr_req_len_o = 16'd4;
  assign wb_wr_valid_o = data_valid_q;
  assign wb_wr_data_o = DataW'(data_q);

  assign drained_o = !req_valid_q && !data_valid_q && due_q == '0 && !closing_q && count_q == '0 && !complete;
  assign active_o = pop || close || ends || done_i || req_fire || data_fire || wb_wr_done_i || head_we_i ||
                    ev_wb_o || ev_txqe_o;
endmodule
