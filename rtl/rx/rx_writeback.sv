// SPDX-License-Identifier: MIT
//
// Writes receive descriptors back when their payload is visible (interfaces.md, section 3), in the
// extended or the legacy layout (fact sheet 5.6), and then moves RDH and tells of the frames.
//
// As many descriptors as an aligned beat holds go in one write. A descriptor that is ready waits for
// company only while another one is sure to become ready without anything new from wire or driver.
// All 16 bytes are written, DD in the upper, later 8.

module rx_writeback #(
  parameter int unsigned DataW = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         clear_i,
  input  logic         enable_i,

  input  logic         exten_i,
  input  logic [1:0]   rdmts_i,
  input  logic [63:0]  ring_base_i,
  input  logic [16:0]  ring_size_i,
  input  logic [15:0]  tail_i,
  input  logic         head_we_i,
  input  logic [15:0]  head_wdata_i,
  output logic [15:0]  head_o,

  input  logic         wb_valid_i,
  input  logic         wb_dma_i,
  input  logic         wb_last_i,
  input  logic [63:0]  wb_addr_i,
  input  logic [14:0]  wb_len_i,
  input  logic [31:0]  wb_status_i,
  input  logic [15:0]  wb_ip_id_i,
  output logic         wb_full_o,
  input  logic         data_done_i,
  input  logic         more_i,       // another entry is about to come

  output logic         wr_req_valid_o,
  output logic [63:0]  wr_req_addr_o,
  output logic [15:0]  wr_req_len_o,
  input  logic         wr_req_ready_i,
  output logic         wr_valid_o,
  output logic [DataW-1:0] wr_data_o,
  input  logic         wr_ready_i,
  input  logic         wr_done_i,

  output logic         ev_wb_o,
  output logic [7:0]   ev_wb_frames_o,
  output logic         ev_rxdmt_o,
  output logic         quiet_o,
  output logic         idle_o
);
  localparam int unsigned PerBeat = DataW / 128, SlotW = $clog2(PerBeat);
  localparam int unsigned EntryW = 2 + 64 + 15 + 32 + 16;
  localparam int unsigned EntriesMax = 64, WritesMax = 16;

  // Descriptors whose payload is on the way or has arrived.
  logic e_empty, e_dma, e_last, take, ready;
  logic [$clog2(EntriesMax):0] e_count;
  logic [63:0] e_addr;
  logic [14:0] e_len;
  logic [31:0] e_status, status;
  logic [15:0] e_ip_id;
  logic [$clog2(EntriesMax):0] arrived_q;  // payload writes done, their descriptors not taken yet

  sync_fifo #(.Width(EntryW), .Depth(EntriesMax)) u_entries (
    .clk_i, .rst_ni,
    .flush_i(clear_i),
    .push_i (wb_valid_i),
    .data_i ({wb_dma_i, wb_last_i, wb_addr_i, wb_len_i, wb_status_i, wb_ip_id_i}),
    .pop_i  (take),
    .head_o ({e_dma, e_last, e_addr, e_len, e_status, e_ip_id}),
    .empty_o(e_empty),
    .full_o (wb_full_o),
    .count_o(e_count)
  );

  // Gathering.
  logic [DataW-1:0] desc_q;
  logic [SlotW:0] gathered_q, frames_q;
  logic [15:0] first_q, next_q;  // ring index of the first one gathered, of the next one to come
  logic closed_q;                // the beat or the ring ends behind what is gathered
  logic sending, send, full, wraps;
  logic req_valid_q, data_valid_q;
  logic [63:0] req_addr_q;
  logic [SlotW:0] req_count_q;

  assign ready = !e_empty && (!e_dma || arrived_q != '0);
  assign sending = req_valid_q || data_valid_q;
  assign take = ready && !sending && !closed_q && !clear_i;
  assign send = gathered_q != '0 && !sending && !full && enable_i && !clear_i && !take &&
                (closed_q || (e_empty && !more_i));
  assign wraps = 17'(next_q) + 17'd1 >= ring_size_i;

  // DD, and EOP with the last one of a frame.
  assign status = e_status | {30'd0, e_last, 1'b1};

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      gathered_q <= '0;
      frames_q <= '0;
      closed_q <= 1'b0;
      arrived_q <= '0;
    end else begin
      if (take) begin
        gathered_q <= gathered_q + 1'b1;
        frames_q <= frames_q + (SlotW + 1)'(e_last);
        closed_q <= next_q[SlotW-1:0] == SlotW'(PerBeat - 1) || wraps;
      end else if (send) begin
        gathered_q <= '0;
        frames_q <= '0;
        closed_q <= 1'b0;
      end
      if ((take && e_dma) != data_done_i) arrived_q <= data_done_i ? arrived_q + 1'b1 : arrived_q - 1'b1;
    end

    if (!rst_ni) next_q <= '0;
    else if (head_we_i) next_q <= head_wdata_i;
    else if (clear_i) next_q <= head_o;
    else if (take) next_q <= wraps ? '0 : next_q + 1'b1;

    if (take) begin
      if (exten_i)
        desc_q[{gathered_q[SlotW-1:0], 7'd0} +: 128] <= {17'd0, e_len, status, 16'd0, e_ip_id, 32'd0};
      else
        desc_q[{gathered_q[SlotW-1:0], 7'd0} +: 128] <= {16'd0, status[31:24], status[7:0], 17'd0, e_len, e_addr};
      if (gathered_q == '0) first_q <= next_q;
    end
  end

  // Sending.
  logic w_empty;
  logic [$clog2(WritesMax):0] w_count;
  logic [SlotW:0] w_descs, w_frames;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      req_valid_q <= 1'b0;
      data_valid_q <= 1'b0;
    end else if (send) begin
      req_valid_q <= 1'b1;
      data_valid_q <= 1'b1;
    end else begin
      if (wr_req_ready_i) req_valid_q <= 1'b0;
      if (wr_ready_i) data_valid_q <= 1'b0;
    end
    if (send) begin
      req_addr_q <= ring_base_i + {44'd0, first_q, 4'd0};
      req_count_q <= gathered_q;
    end
  end

  assign wr_req_valid_o = req_valid_q;
  assign wr_req_addr_o = req_addr_q;
  assign wr_req_len_o = 16'({req_count_q, 4'd0});
  assign wr_valid_o = data_valid_q;
  assign wr_data_o = desc_q;

  sync_fifo #(.Width(2 * (SlotW + 1)), .Depth(WritesMax)) u_on_the_way (
    .clk_i, .rst_ni,
    .flush_i(1'b0),
    .push_i (send),
    .data_i ({gathered_q, frames_q}),
    .pop_i  (wr_done_i),
    .head_o ({w_descs, w_frames}),
    .empty_o(w_empty),
    .full_o (full),
    .count_o(w_count)
  );

  // Visible to the CPU.
  logic [15:0] head_q;
  logic [16:0] head_after, free_before, free_after, threshold;

  assign head_o = head_q;
  assign head_after = 17'(head_q) + 17'(w_descs);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) head_q <= '0;
    else if (head_we_i) head_q <= head_wdata_i;
    else if (wr_done_i) head_q <= head_after >= ring_size_i ? '0 : head_after[15:0];
  end

  always_comb begin
    free_before = '0;
    free_after = '0;
    threshold = '0;
    if (wr_done_i) begin
      free_before = 17'(tail_i) - 17'(head_q) + (tail_i < head_q ? ring_size_i : '0);
      free_after = free_before - 17'(w_descs);
      threshold = ring_size_i >> (rdmts_i == 2'd3 ? 2'd3 : rdmts_i + 2'd1);
    end
  end

  // Descriptors in the middle of a frame are nobody's news: the event is of frames.
  assign ev_wb_o = wr_done_i && w_frames != '0;
  assign ev_wb_frames_o = 8'(w_frames);
  assign ev_rxdmt_o = free_before > threshold && free_after <= threshold;

  assign quiet_o = !sending && w_empty;
  assign idle_o = !take && !send && !(req_valid_q && wr_req_ready_i) && !(data_valid_q && wr_ready_i) &&
                  !wr_done_i && !data_done_i && !wb_valid_i && !head_we_i && !clear_i;

  logic unused;
  assign unused = ^{w_count, e_count};
endmodule
