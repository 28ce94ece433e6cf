// SPDX-License-Identifier: MIT
//
// Fetches transmit descriptors ahead of their use, in batches, and hands them out one by one in ring
// order (82574 fact sheet 4.4). Only descriptors in [head, tail) are read; a ring whose length is 0,
// whose tail or head lies outside, or that is empty, fetches nothing.
//
// `whole_o` says that the oldest stored packet can be taken to its end without waiting for software: its
// EOP is stored, or the store is too small for it, or what is left of the ring belongs to no packet.
//
// Answers are kept as they come, whole beats; a batch takes ceil(n / descriptors a beat) of them.

module tx_fetch #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned Batch = 16,      // descriptors asked for at once
  parameter int unsigned StoreBeats = 16  // room for answers
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             start_i,  // take the ring's head as the next descriptor to fetch
  input  logic             run_i,    // new requests allowed
  input  logic             flush_i,  // forget what is stored; nothing is in flight

  input  logic [63:0]      ring_base_i,
  input  logic [15:0]      ring_size_i,  // descriptors
  input  logic [15:0]      tail_i,
  input  logic [15:0]      head_i,

  output logic             desc_rd_req_valid_o,
  output logic [63:0]      desc_rd_req_addr_o,
  output logic [15:0]      desc_rd_req_len_o,
  input  logic             desc_rd_req_ready_i,
  input  logic             desc_rd_rsp_valid_i,
  input  logic [DataW-1:0] desc_rd_rsp_data_i,
  input  logic             desc_rd_rsp_last_i,

  output logic             desc_valid_o,
  output logic [127:0]     desc_o,       // with pop, as the two below
  output logic             carries_o,    // legacy or data: brings bytes
  output logic             eop_o,        // ends a packet
  input  logic             desc_pop_i,

  output logic             whole_o,
  output logic             dry_o,      // nothing stored, nothing asked for, nothing in the ring
  output logic             drained_o,  // no request waits, no answer is due
  output logic             active_o    // some register changes at the next clock edge
);
  localparam int unsigned PerBeat = DataW / 128;
  localparam int unsigned SubW = (PerBeat > 1) ? $clog2(PerBeat) : 1;
  localparam int unsigned CntW = $clog2(PerBeat) + 1;
  localparam int unsigned PtrW = $clog2(StoreBeats);
  localparam int unsigned BatchW = $clog2(Batch) + 1;

  if (DataW < 128) begin : gen_width_check
    $error("tx_fetch: DataW must be at least 128");
  end

  // What to ask for next: the descriptors up to the tail or the ring's end, at most a batch.
  logic [15:0] next_q, size, ahead;
  logic [BatchW-1:0] want;
  logic [PtrW:0] want_beats, taken_q, room;
  logic req_valid_q, request, req_fire, more, fits;
  logic [63:0] req_addr_q;
  logic [BatchW-1:0] req_count_q;

  assign size = ring_size_i;
  assign room = (PtrW + 1)'(StoreBeats) - taken_q;

  always_comb begin
    ahead = '0;
    want = '0;
    want_beats = '0;
    more = 1'b0;
    fits = 1'b0;
    if (run_i) if (next_q != tail_i) if (tail_i < size && next_q < size && !counts_full) begin
      ahead = (tail_i >= next_q) ? tail_i - next_q : size - next_q;
      want = (ahead > 16'(Batch)) ? BatchW'(Batch) : BatchW'(ahead);
      want_beats = (PtrW + 1)'((32'(want) + PerBeat - 1) / PerBeat);
      more = 1'b1;
      fits = want_beats <= room;
    end
  end

  assign req_fire = req_valid_q && desc_rd_req_ready_i;
  assign request = fits && (!req_valid_q || req_fire);

  assign desc_rd_req_valid_o = req_valid_q;
  assign desc_rd_req_addr_o = req_addr_q;
  assign desc_rd_req_len_o = 16'(req_count_q) << 4;

  // Sizes of the batches that are on their way, to know how full a batch's last beat is.
  logic counts_full, counts_empty, batch_end;
  logic [BatchW-1:0] batch_count;
  logic [3:0] unused_counts;

  sync_fifo #(.Width(BatchW), .Depth(8)) u_counts (
    .clk_i, .rst_ni, .flush_i(1'b0),
    .push_i(request), .data_i(want), .pop_i(batch_end), .head_o(batch_count),
    .empty_o(counts_empty), .full_o(counts_full), .count_o(unused_counts)
  );

  assign batch_end = desc_rd_rsp_valid_i && desc_rd_rsp_last_i && !counts_empty;

  // The store: beats with the number of descriptors in each; `sub_q` walks through the oldest one.
  logic [DataW-1:0] beat_q [StoreBeats];
  logic [CntW-1:0] count_q [StoreBeats];
  logic [PtrW:0] wr_q, rd_q;
  logic [SubW-1:0] sub_q;
  logic beat_done;
  logic [CntW-1:0] last_count;

  assign last_count = CntW'((32'(batch_count) - 32'd1) % PerBeat) + 1'b1;
  assign desc_valid_o = wr_q != rd_q;

  always_comb begin
    desc_o = '0;
    carries_o = 1'b0;
    eop_o = 1'b0;
    if (desc_pop_i) begin
      desc_o = beat_q[rd_q[PtrW-1:0]][128*sub_q +: 128];
      carries_o = carries(desc_o[93], desc_o[87:84]);
      eop_o = carries_o && desc_o[88];
    end
  end

  // Stored descriptors that bring bytes, and packet ends among them.
  localparam int unsigned HeldW = $clog2(StoreBeats * PerBeat) + 1;
  logic [HeldW-1:0] held_q, ends_q;
  logic [CntW-1:0] beat_count, new_held, new_ends;

  function automatic logic carries(input logic dext, input logic [3:0] dtyp);
    carries = !dext || dtyp == 4'd1;
  endfunction

  assign beat_count = desc_rd_rsp_last_i ? last_count : CntW'(PerBeat);

  always_comb begin
    new_held = '0;
    new_ends = '0;
    if (desc_rd_rsp_valid_i) begin
      for (int unsigned i = 0; i < PerBeat; i++) begin
        if (CntW'(i) < beat_count && carries(desc_rd_rsp_data_i[128*i+93], desc_rd_rsp_data_i[128*i+84 +: 4])) begin
          new_held = new_held + 1'b1;
          if (desc_rd_rsp_data_i[128*i+88]) new_ends = new_ends + 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) begin
      held_q <= '0;
      ends_q <= '0;
    end else if (desc_rd_rsp_valid_i || desc_pop_i) begin
      held_q <= held_q + HeldW'(new_held) - HeldW'(carries_o);
      ends_q <= ends_q + HeldW'(new_ends) - HeldW'(eop_o);
    end
  end

  assign whole_o = ends_q != '0 || (drained_o && (more ? !fits : held_q == '0));
  assign beat_done = desc_pop_i && CntW'(sub_q) + 1'b1 == count_q[rd_q[PtrW-1:0]];

  always_ff @(posedge clk_i) begin
    if (desc_rd_rsp_valid_i) begin
      beat_q[wr_q[PtrW-1:0]] <= desc_rd_rsp_data_i;
      count_q[wr_q[PtrW-1:0]] <= beat_count;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      next_q <= '0;
      req_valid_q <= 1'b0;
      taken_q <= '0;
      wr_q <= '0;
      rd_q <= '0;
      sub_q <= '0;
    end else begin
      if (start_i) next_q <= head_i;
      else if (request) next_q <= (next_q + 16'(want) == size) ? 16'd0 : next_q + 16'(want);

      if (request) req_valid_q <= 1'b1;
      else if (req_fire) req_valid_q <= 1'b0;

      if (flush_i) begin
        taken_q <= '0;
        rd_q <= wr_q;
        sub_q <= '0;
      end else begin
        if (request || beat_done)
          taken_q <= taken_q + (request ? want_beats : '0) - (PtrW + 1)'(beat_done);
        if (beat_done) begin
          rd_q <= rd_q + 1'b1;
          sub_q <= '0;
        end else if (desc_pop_i) begin
          sub_q <= sub_q + 1'b1;
        end
      end
      if (desc_rd_rsp_valid_i) wr_q <= wr_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (request) begin
      req_addr_q <= ring_base_i + {44'd0, next_q, 4'd0};
      req_count_q <= want;
    end
  end

  assign dry_o = !desc_valid_o && drained_o && !fits;
  assign drained_o = !req_valid_q && counts_empty;
  assign active_o = (start_i && next_q != head_i) || request || req_fire || desc_rd_rsp_valid_i || desc_pop_i;
endmodule
