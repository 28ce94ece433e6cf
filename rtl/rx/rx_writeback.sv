// SPDX-License-Identifier: MIT
//
// Writes the receive descriptors of a ring back when their payload is visible (interfaces.md, section
// 3), in the extended, legacy or packet-split layout (fact sheet 5.6), then moves RDH and tells of the
// frames.
//
// As many descriptors as an aligned beat holds go in one write. A descriptor that is ready waits for
// company only while another one is sure to become ready without anything new from wire or driver.
// All 16 bytes are written, DD in the upper, later 8. The 32 bytes of packet split have DD in their
// first half: the second half is written before it, one descriptor at a time.

module rx_writeback #(
  parameter int unsigned DataW = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         clear_i,
  input  logic         enable_i,

  input  logic         queue_i,
  input  logic         exten_i,
  input  logic         split_i,
  input  logic [1:0]   rdmts_i,
  input  logic [63:0]  ring_base_i,
  input  logic [16:0]  ring_size_i,
  input  logic [15:0]  tail_i,
  input  logic         head_we_i,
  input  logic [15:0]  head_wdata_i,
  output logic [15:0]  head_o,

  input  logic         wb_valid_i,
  input  logic [2:0]   wb_writes_i,
  input  logic         wb_last_i,
  input  logic [63:0]  wb_addr_i,
  input  logic [4*15-1:0] wb_lens_i,
  input  logic [9:0]   wb_header_i,
  input  logic [31:0]  wb_status_i,
  input  logic [3:0]   wb_type_i,
  input  logic [31:0]  wb_word1_i,
  input  logic [15:0]  wb_tag_i,
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
  localparam int unsigned EntryW = 3 + 1 + 64 + 60 + 10 + 32 + 4 + 32 + 16;
  localparam int unsigned EntriesMax = 64, WritesMax = 16;

  // Descriptors whose payload is on the way or has arrived.
  logic e_empty, e_last, take, ready;
  logic [2:0] e_writes;
  logic [$clog2(EntriesMax):0] e_count;
  logic [63:0] e_addr;
  logic [4*15-1:0] e_lens;
  logic [9:0] e_header;
  logic [31:0] e_status, e_word1, status;
  logic [3:0] e_type;
  logic [15:0] e_tag;
  logic [$clog2(EntriesMax)+2:0] arrived_q;  // payload writes done, their descriptors not taken yet

  sync_fifo #(.Width(EntryW), .Depth(EntriesMax)) u_entries (
    .clk_i, .rst_ni,
    .flush_i(clear_i),
    .push_i (wb_valid_i),
    .data_i ({wb_writes_i, wb_last_i, wb_addr_i, wb_lens_i, wb_header_i, wb_status_i, wb_type_i, wb_word1_i,
              wb_tag_i}),
    .pop_i  (take),
    .head_o ({e_writes, e_last, e_addr, e_lens, e_header, e_status, e_type, e_word1, e_tag}),
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
  logic first_half_q;            // what is being sent is the half without DD
  logic [1:0] step;              // places of the ring that a descriptor takes
  logic [SlotW-1:0] slot;
  logic req_valid_q, data_valid_q;
  logic [63:0] req_addr_q;
  logic [SlotW:0] req_count_q, req_frames_q;
  logic second;

  assign step = split_i ? 2'd2 : 2'd1;
  assign slot = gathered_q[SlotW-1:0];
  assign ready = !e_empty && arrived_q >= ($clog2(EntriesMax) + 3)'(e_writes);
  assign sending = req_valid_q || data_valid_q || first_half_q;
  assign take = ready && !sending && !closed_q && !clear_i;
  assign send = gathered_q != '0 && !sending && !full && enable_i && !clear_i && !take &&
                (closed_q || (e_empty && !more_i));
  assign wraps = 17'(next_q) + 17'(step) >= ring_size_i;

  // DD, and EOP with the last one of a frame.
  assign status = e_status | {30'd0, e_last, 1'b1};

  // Words 0 to 3 of the extended layout, and of the packet-split one.
  logic [127:0] head_words, legacy_words, tail_words;
  always_comb begin
    head_words = '0;
    legacy_words = '0;
    tail_words = '0;
    if (take) begin
      head_words = {e_tag, 1'b0, e_lens[14:0], status, e_word1, 23'd0, queue_i, 4'd0, e_type};
      legacy_words = {e_tag, status[31:24], status[7:0], e_word1[31:16], 1'b0, e_lens[14:0], e_addr};
      tail_words = {65'd0, e_lens[59:45], 1'b0, e_lens[44:30], 1'b0, e_lens[29:15],
                    e_header != '0, 5'd0, e_header};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      gathered_q <= '0;
      frames_q <= '0;
      closed_q <= 1'b0;
      arrived_q <= '0;
    end else begin
      if (take) begin
        gathered_q <= gathered_q + (SlotW + 1)'(step);
        frames_q <= frames_q + (SlotW + 1)'(e_last);
        closed_q <= SlotW'(next_q + 16'(step)) == '0 || wraps || split_i;
      end else if (send) begin
        gathered_q <= '0;
        frames_q <= '0;
        closed_q <= 1'b0;
      end
      if (take || data_done_i)
        arrived_q <= arrived_q + ($clog2(EntriesMax) + 3)'(data_done_i) -
                     (take ? ($clog2(EntriesMax) + 3)'(e_writes) : '0);
    end

    if (!rst_ni) next_q <= '0;
    else if (head_we_i) next_q <= head_wdata_i;
    else if (clear_i) next_q <= head_o;
    else if (take) next_q <= wraps ? '0 : next_q + 16'(step);

    if (take) begin
      if (split_i) desc_q[255:0] <= {head_words, tail_words};
      else desc_q[{slot, 7'd0} +: 128] <= exten_i ? head_words : legacy_words;
      if (gathered_q == '0) first_q <= next_q;
    end
    if (second) desc_q[127:0] <= desc_q[255:128];
  end

  // Sending.
  logic w_empty;
  logic [$clog2(WritesMax):0] w_count;
  logic [SlotW:0] w_descs, w_frames;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      req_valid_q <= 1'b0;
      data_valid_q <= 1'b0;
      first_half_q <= 1'b0;
    end else if (send || second) begin
      req_valid_q <= 1'b1;
      data_valid_q <= 1'b1;
      first_half_q <= send && split_i;
    end else begin
      if (wr_req_ready_i) req_valid_q <= 1'b0;
      if (wr_ready_i) data_valid_q <= 1'b0;
    end
    if (send) begin
      req_addr_q <= ring_base_i + {44'd0, first_q, 4'd0} + (split_i ? 64'd16 : 64'd0);
      req_count_q <= split_i ? (SlotW + 1)'(1) : gathered_q;
      req_frames_q <= frames_q;
    end
    if (second) req_addr_q <= req_addr_q - 64'd16;
  end

  // The half with DD comes behind the other one.
  assign second = first_half_q && !req_valid_q && !data_valid_q && !full;

  assign wr_req_valid_o = req_valid_q;
  assign wr_req_addr_o = req_addr_q;
  assign wr_req_len_o = 16'({req_count_q, 4'd0});
  assign wr_valid_o = data_valid_q;
  assign wr_data_o = desc_q;

  sync_fifo #(.Width(2 * (SlotW + 1)), .Depth(WritesMax)) u_on_the_way (
    .clk_i, .rst_ni,
    .flush_i(1'b0),
    .push_i (send || second),
    .data_i (send ? (split_i ? '0 : {gathered_q, frames_q}) : {(SlotW + 1)'(2), req_frames_q}),
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
  assign idle_o = !take && !send && !second && !(req_valid_q && wr_req_ready_i) && !(data_valid_q && wr_ready_i) &&
                  !wr_done_i && !data_done_i && !wb_valid_i && !head_we_i && !clear_i;

  logic unused;
  assign unused = ^{w_count, e_count};
endmodule
