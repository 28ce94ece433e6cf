// SPDX-License-Identifier: MIT
//
// Reads the receive descriptors of a ring ahead: up to 16 in a read, up to 64 held. Descriptors of the
// hardware are those in [RDH, RDT); a tail outside the ring, or a ring of length 0, means none (fact
// sheet 5.7, traps 1 - 3).
//
// Of a descriptor in its read format only the buffer address (its first 8 bytes) matters. With packet
// split a descriptor is 32 bytes, two places in the ring, with four buffer addresses (5.6).

module rx_desc_fetch #(
  parameter int unsigned DataW = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         clear_i,      // forget what is held; answers on the way are dropped
  input  logic         enable_i,
  input  logic         split_i,      // descriptors of 32 bytes

  input  logic [63:0]  ring_base_i,
  input  logic [16:0]  ring_size_i,  // descriptors
  input  logic [15:0]  tail_i,
  input  logic         head_we_i,
  input  logic [15:0]  head_wdata_i,
  input  logic [15:0]  head_i,       // where to go on after clear_i

  output logic         rd_req_valid_o,
  output logic [63:0]  rd_req_addr_o,
  output logic [15:0]  rd_req_len_o,
  input  logic         rd_req_ready_i,
  input  logic         rd_rsp_valid_i,
  input  logic [DataW-1:0] rd_rsp_data_i,
  input  logic         rd_rsp_last_i,

  output logic         desc_valid_o,
  output logic [255:0] desc_o,       // 16 or 32 bytes
  input  logic         desc_pop_i,

  output logic         none_o,       // nothing held, on the way or left in the ring
  output logic         quiet_o,      // no answer on the way
  output logic         idle_o
);
  localparam int unsigned PerBeat = DataW / 128, SlotW = $clog2(PerBeat);
  localparam int unsigned ReadBatch = 16, MaxReads = 4, BeatsHeld = 64 / PerBeat;

  // Ring.
  logic [15:0] next_q;
  logic [16:0] until_tail;
  logic [4:0] most, batch;
  logic [16:0] next_after;

  always_comb begin
    until_tail = '0;
    if (17'(tail_i) < ring_size_i && 17'(next_q) < ring_size_i)
      until_tail = tail_i >= next_q ? 17'(tail_i - next_q) : ring_size_i - 17'(next_q);
  end
  assign most = until_tail > 17'(ReadBatch) ? 5'(ReadBatch) : 5'(until_tail);
  assign batch = {most[4:1], most[0] && !split_i};
  assign next_after = 17'(next_q) + 17'(batch);

  // Reads on the way: how many descriptors each.
  logic issue, issued, answered;
  logic way_empty, way_full;
  logic [2:0] way_count, drop_q;  // drop_q: so many of the oldest answers are not wanted any more
  logic [4:0] way_batch;
  logic req_valid_q;
  logic [63:0] req_addr_q;
  logic [4:0] req_batch_q;

  // A batch that is not full is read only when little is held: the driver adds descriptors in groups.
  logic [6:0] held_q;             // descriptors held or on the way
  logic [5:0] beats_q;            // their answer beats
  assign issue = enable_i && !clear_i && !head_we_i && !req_valid_q && !way_full && batch != '0 &&
                 beats_q <= 6'(BeatsHeld - ReadBatch / PerBeat) &&
                 (batch == 5'(ReadBatch) || held_q < 7'(ReadBatch));
  assign issued = req_valid_q && rd_req_ready_i;
  assign answered = rd_rsp_valid_i && rd_rsp_last_i;

  // `way_*` counts a read from the moment its request is shown.
  sync_fifo #(.Width(5), .Depth(MaxReads)) u_on_the_way (
    .clk_i, .rst_ni,
    .flush_i(1'b0),
    .push_i (issue),
    .data_i (batch),
    .pop_i  (answered),
    .head_o (way_batch),
    .empty_o(way_empty),
    .full_o (way_full),
    .count_o(way_count)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      req_valid_q <= 1'b0;
      next_q <= '0;
      drop_q <= '0;
    end else begin
      if (issue) req_valid_q <= 1'b1;
      else if (issued) req_valid_q <= 1'b0;

      if (head_we_i) next_q <= head_wdata_i;
      else if (clear_i) next_q <= head_i;
      else if (issue) next_q <= next_after >= ring_size_i ? '0 : next_after[15:0];

      if (clear_i || head_we_i) drop_q <= way_count - 3'(answered);
      else if (answered && drop_q != '0) drop_q <= drop_q - 1'b1;
    end
    if (issue) begin
      req_addr_q <= ring_base_i + {44'd0, next_q, 4'd0};
      req_batch_q <= batch;
    end
  end

  assign rd_req_valid_o = req_valid_q;
  assign rd_req_addr_o = req_addr_q;
  assign rd_req_len_o = {7'd0, req_batch_q, 4'd0};

  // Answers: kept as beats, taken out one by one.
  logic [4:0] rsp_left_q;  // descriptors of the answer in hand that have not come yet, 0: not begun
  logic [4:0] rsp_left;
  logic [SlotW:0] rsp_count;
  logic [SlotW-1:0] last_slot;
  logic keep, held_empty, held_full, pop_beat, drop_all;
  logic [$clog2(BeatsHeld):0] held_beats;
  logic [SlotW-1:0] slot_q, head_last;
  logic [DataW-1:0] head_beat;

  assign rsp_left = rsp_left_q == '0 ? way_batch : rsp_left_q;
  assign rsp_count = rsp_left > 5'(PerBeat) ? (SlotW + 1)'(PerBeat) : rsp_left[SlotW:0];
  assign last_slot = rsp_count[SlotW-1:0] - 1'b1;
  assign keep = rd_rsp_valid_i && drop_q == '0 && !clear_i && !head_we_i;
  assign drop_all = clear_i || head_we_i;

  sync_fifo #(.Width(SlotW + DataW), .Depth(BeatsHeld)) u_held (
    .clk_i, .rst_ni,
    .flush_i(drop_all),
    .push_i (keep),
    .data_i ({last_slot, rd_rsp_data_i}),
    .pop_i  (pop_beat),
    .head_o ({head_last, head_beat}),
    .empty_o(held_empty),
    .full_o (held_full),
    .count_o(held_beats)
  );

  logic [SlotW-1:0] slot_last;  // of the descriptor in hand
  assign slot_last = slot_q | SlotW'(split_i);
  assign pop_beat = desc_pop_i && slot_last == head_last && !drop_all;
  assign desc_valid_o = !held_empty && !drop_all;
  assign desc_o = {head_beat[{slot_last, 7'd0} +: 128], head_beat[{slot_q, 7'd0} +: 128]};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rsp_left_q <= '0;
      slot_q <= '0;
      held_q <= '0;
      beats_q <= '0;
    end else begin
      if (rd_rsp_valid_i) rsp_left_q <= rd_rsp_last_i ? '0 : rsp_left - 5'(rsp_count);
      if (drop_all) begin
        slot_q <= '0;
        held_q <= '0;
        beats_q <= '0;
      end else begin
        if (desc_pop_i) slot_q <= slot_last == head_last ? '0 : slot_last + 1'b1;
        held_q <= held_q + (issue ? 7'(batch) : 7'd0) - (desc_pop_i ? 7'd1 + 7'(split_i) : 7'd0);
        beats_q <= beats_q + (issue ? 6'((batch + 5'(PerBeat - 1)) >> SlotW) : 6'd0) - 6'(pop_beat);
      end
    end
  end

  assign none_o = held_q == '0 && until_tail == '0;
  assign quiet_o = way_empty;
  assign idle_o = !issue && !issued && !rd_rsp_valid_i && !drop_all && !desc_pop_i;

  logic unused;
  assign unused = ^{held_full, held_beats};
endmodule
