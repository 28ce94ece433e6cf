// SPDX-License-Identifier: MIT
//
// Walks through the gathered bytes of each packet and says, beat by beat, where they go: into frames,
// into the TSO header store, or nowhere. One step a cycle takes up to a beat's worth of bytes out of
// the oldest payload beat. No data passes here; a step is an order to the packer behind
// (tx_pack), which carries it out one clock later:
//
//   source   a payload beat from lane `lane`, a stored header beat, or none (what is left over)
//   put      at lane `pos` of the beat under construction; `emit` when that is full or ends a frame
//   commit   the frame (or the TSO header) is complete; `cancel`: throw the frame away
//   done     the descriptor whose bytes these were is used up
//
// A TSO packet (82574 fact sheet 4.8) passes through: gather the header, then per segment the edited
// header's full beats, and the payload behind the header's tail. What comes after the last segment up
// to EOP is skipped.

module tx_walk #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned MaxFrame = 16288,
  parameter bit EnTso = 1'b1,
  parameter bit EnTxCsum = 1'b1,
  localparam int unsigned LaneW = $clog2(DataW / 8),
  localparam int unsigned HdrW = 8 - LaneW,  // index of a header beat
  localparam int unsigned SumsW = 2 * (2 + 2 * LaneW)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               run_i,
  input  logic               flush_i,

  // Queues filled by tx_parse.
  input  logic               start_valid_i,
  input  logic [136:0]       start_i,
  output logic               start_pop_o,
  input  logic [25:0]        end_i,    // VLAN tag {on, tag}, legacy checksum {on, field}
  output logic               end_pop_o,
  input  logic               piece_valid_i,
  input  logic [20:0]        piece_i,  // {eop, length}
  output logic               piece_pop_o,

  // Payload memory.
  input  logic               beat_valid_i,
  output logic               beat_read_o,
  output logic               beat_pop_o,

  // The next segment, from tx_segment.
  output logic [46:0]        tso_o,        // the packet's {tcp, ip, ixsm, hdrlen, mss, paylen}
  output logic [31:0]        tso_pos_o,    // {tucso, tucss, ipcso, ipcss}
  output logic               tso_wait_o,   // nothing can move before the next segment is known
  input  logic               seg_valid_i,
  input  logic               seg_none_i,   // there is no payload at all
  input  logic [15:0]        seg_len_i,
  input  logic               seg_last_i,
  output logic               seg_take_o,
  output logic               seg_abort_o,

  input  logic               room_i,       // frame buffer can take a few more beats and a frame

  // The step, registered.
  output logic               step_valid_o,
  output logic               step_hdr_src_o,   // emit stored header beat `step_hdr_idx_o`
  output logic               step_hdr_dst_o,   // what is emitted becomes header beat `step_hdr_idx_o`
  output logic [HdrW-1:0]    step_hdr_idx_o,
  output logic               step_none_src_o,  // no payload beat: flush what is left over
  output logic               step_tail_o,      // what is left over is the stored header's tail
  output logic [LaneW-1:0]   step_rot_o,       // source lane that goes to lane 0
  output logic [LaneW-1:0]   step_pos_o,
  output logic               step_emit_o,
  output logic               step_trim_o,      // zero the lanes from step_stop_o on
  output logic [LaneW-1:0]   step_stop_o,
  output logic               step_commit_o,
  output logic               step_cancel_o,
  output logic               step_done_o,
  output logic [SumsW-1:0]   step_sums_o,      // see tx_csum
  output logic [69:0]        step_info_o,      // with commit; see tx_csum

  output logic               stat_tso_o,
  output logic               stat_tso_fail_o,
  output logic               active_o
);
  localparam int unsigned Lanes = DataW / 8;
  localparam logic [LaneW:0] LanesV = (LaneW + 1)'(Lanes);
  localparam int unsigned BeatW = 17 - LaneW;

  typedef enum logic [2:0] {
    StIdle, StFrame, StHeader, StSegWait, StSegHeader, StSegment, StSkip
  } state_e;
  state_e state_q, state_d;

  // Parameters of the packet in work.
  logic start_drop, start_tse;
  logic [7:0] start_hdrlen;
  assign {start_drop, start_tse} = start_i[118:117];
  assign start_hdrlen = start_i[114:107];

  logic [136:0] par_q;
  logic p_stamp, p_tse, p_tcp, p_ip, p_ixsm, p_ip_end0, p_legacy, p_txsm, p_l4_end0, unused_drop;
  logic [7:0] p_hdrlen, p_ipcss, p_ipcso, p_css, p_tucso;
  logic [15:0] p_mss;
  logic [19:0] p_paylen;
  logic [16:0] p_ip_end, p_l4_end, p_tag;
  assign {p_stamp, p_tag, unused_drop, p_tse, p_tcp, p_ip, p_hdrlen, p_mss, p_paylen, p_ixsm, p_ipcss, p_ipcso, p_ip_end0, p_ip_end,
          p_legacy, p_txsm, p_css, p_tucso, p_l4_end0, p_l4_end} = par_q;
  assign tso_o = {p_tcp, p_ip, p_ixsm, p_hdrlen, p_mss, p_paylen};
  assign tso_pos_o = {p_tucso, p_css, p_ipcso, p_ipcss};

  logic legacy_ic;
  logic [7:0] legacy_cso;
  logic [16:0] end_tag;
  assign {end_tag, legacy_ic, legacy_cso} = end_i;

  // The piece in work: bytes it still has, and the lane at which they go on.
  logic piece_ok_q, piece_eop_q, piece_load;
  logic [19:0] piece_rem_q, piece_rem_d;
  logic [LaneW-1:0] lane_q;

  // The beat under construction, the frame so far, the bytes the target still takes.
  logic [LaneW-1:0] pos_q;
  logic flush_q, flush_done_q, eop_seen_q, first_q, over_q, seg_last_q;
  logic [13:0] len_q;
  logic [14-LaneW:0] beat_q;  // index in the frame of the beat under construction
  logic [15:0] seg_rem_q, seg_len_q;
  logic [HdrW-1:0] hdr_idx_q;
  logic later_q;  // a segment that is not the first

  // One step's arithmetic.
  logic have, nothing, limited, piece_ends, target_ends, spills;
  logic [LaneW:0] in_beat, avail, take, end_pos;
  assign have = piece_ok_q && piece_rem_q != '0 && beat_valid_i;
  assign nothing = piece_ok_q && piece_rem_q == '0;
  assign limited = state_q == StHeader || state_q == StSegment;
  assign in_beat = LanesV - {1'b0, lane_q};
  assign avail = (piece_rem_q < 20'(in_beat)) ? piece_rem_q[LaneW:0] : in_beat;
  assign take = (limited && seg_rem_q < 16'(avail)) ? seg_rem_q[LaneW:0] : avail;
  assign piece_ends = 20'(take) == piece_rem_q;
  assign target_ends = (limited && 16'(take) == seg_rem_q) ||
                       (state_q == StFrame && piece_ends && piece_eop_q);
  assign end_pos = {1'b0, pos_q} + take;
  assign spills = end_pos > LanesV;
  assign piece_rem_d = piece_rem_q - 20'(take);

  // Is the frame too long? Then nothing more of it is kept.
  logic [14:0] len_sum;
  logic too_long;
  assign len_sum = {1'b0, len_q} + 15'(take);
  assign too_long = over_q || len_sum > 15'(MaxFrame);

  // What happens in this cycle.
  logic step, use_beat, use_piece, begin_packet, end_packet, begin_segment, segment_over, hdr_step;
  logic emit, commit, cancel, done, fail, tso_ok, set_flush, clear_flush;

  always_comb begin
    state_d = state_q;
    step = 1'b0;
    use_beat = 1'b0;      // bytes of the payload beat are taken
    use_piece = 1'b0;     // an empty piece is taken
    begin_packet = 1'b0;
    end_packet = 1'b0;
    begin_segment = 1'b0;
    segment_over = 1'b0;
    hdr_step = 1'b0;
    emit = 1'b0;
    commit = 1'b0;
    cancel = 1'b0;
    done = 1'b0;
    fail = 1'b0;
    tso_ok = 1'b0;
    set_flush = 1'b0;
    clear_flush = 1'b0;

    if (run_i) begin
      unique case (state_q)
        StIdle: if (start_valid_i) begin
          begin_packet = 1'b1;
          fail = start_drop;
          if (start_drop) state_d = StSkip;
          else if (EnTso && start_tse) state_d = StHeader;
          else state_d = StFrame;
        end

        StFrame: if (room_i) begin
          if (flush_q) begin
            step = 1'b1;
            clear_flush = 1'b1;
            emit = !over_q;
            commit = !over_q;
            cancel = over_q;
            done = 1'b1;
            end_packet = 1'b1;
          end else if (have) begin
            step = 1'b1;
            use_beat = 1'b1;
            set_flush = target_ends && spills;
            emit = (end_pos >= LanesV || target_ends) && !too_long;
            commit = target_ends && !spills && !too_long;
            cancel = target_ends && !spills && too_long;
            done = piece_ends && !set_flush;
            end_packet = target_ends && !spills;
          end else if (nothing) begin
            step = 1'b1;
            use_piece = 1'b1;
            done = 1'b1;
            if (piece_eop_q) begin
              emit = pos_q != '0 && !over_q;
              commit = len_q != '0 && !over_q;
              cancel = over_q;
              end_packet = 1'b1;
            end
          end
          if (end_packet) state_d = StIdle;
        end

        StHeader: if (EnTso) begin
          if (flush_q) begin
            step = 1'b1;
            clear_flush = 1'b1;
            emit = 1'b1;
            commit = 1'b1;
            state_d = StSegWait;
          end else if (have) begin
            step = 1'b1;
            use_beat = 1'b1;
            set_flush = target_ends && spills;
            emit = end_pos >= LanesV || target_ends;
            commit = target_ends && !spills;
            done = piece_ends;
            if (commit) state_d = StSegWait;
            fail = piece_ends && piece_eop_q && !target_ends;
          end else if (nothing) begin
            step = 1'b1;
            use_piece = 1'b1;
            done = 1'b1;
            fail = piece_eop_q;
          end
          if (fail) begin
            end_packet = 1'b1;
            state_d = StIdle;
          end
        end

        StSegWait: if (EnTso) begin
          if (seg_none_i) begin
            fail = 1'b1;
            end_packet = eop_seen_q;
            state_d = eop_seen_q ? StIdle : StSkip;
          end else if (seg_valid_i) begin
            begin_segment = 1'b1;
          end
        end

        StSegHeader: if (EnTso && room_i) begin
          step = 1'b1;
          hdr_step = 1'b1;
          emit = 1'b1;
          if (9'({hdr_idx_q, {LaneW{1'b0}}}) + 9'(2 * Lanes) > 9'(p_hdrlen)) state_d = StSegment;
        end

        StSegment: if (EnTso && room_i) begin
          if (flush_q) begin
            step = 1'b1;
            clear_flush = 1'b1;
            emit = 1'b1;
            commit = 1'b1;
            done = flush_done_q;
            segment_over = 1'b1;
          end else if (have) begin
            step = 1'b1;
            use_beat = 1'b1;
            set_flush = target_ends && spills;
            emit = end_pos >= LanesV || target_ends;
            commit = target_ends && !spills;
            done = piece_ends && !set_flush;
            segment_over = commit;
            cancel = piece_ends && piece_eop_q && !target_ends;
          end else if (nothing) begin
            step = 1'b1;
            use_piece = 1'b1;
            done = 1'b1;
            cancel = piece_eop_q;
          end
          if (cancel) begin
            fail = 1'b1;
            end_packet = 1'b1;
            state_d = StIdle;
          end else if (segment_over) begin
            if (!seg_last_q) begin
              if (seg_valid_i) begin_segment = 1'b1;
              else state_d = StSegWait;
            end else begin
              tso_ok = 1'b1;
              end_packet = eop_seen_q || (use_beat && piece_ends && piece_eop_q);
              state_d = end_packet ? StIdle : StSkip;
            end
          end
        end

        StSkip: if (have || nothing) begin
          use_beat = have;
          use_piece = nothing;
          done = nothing || piece_ends;
          step = done;
          end_packet = done && piece_eop_q;
          if (end_packet) state_d = StIdle;
        end

        default: state_d = StIdle;
      endcase
      if (begin_segment) state_d = (p_hdrlen >= 8'(Lanes)) ? StSegHeader : StSegment;
    end
  end

  assign start_pop_o = begin_packet;
  assign end_pop_o = end_packet;
  assign seg_take_o = begin_segment;
  assign seg_abort_o = fail;
  assign tso_wait_o = state_q == StSegWait;
  assign beat_read_o = use_beat;
  assign beat_pop_o = use_beat && (piece_ends || {1'b0, lane_q} + take == LanesV);

  assign piece_load = piece_valid_i && (!piece_ok_q || (use_beat && piece_ends) || use_piece);
  assign piece_pop_o = piece_load;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) begin
      state_q <= StIdle;
      piece_ok_q <= 1'b0;
      lane_q <= '0;
      flush_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (piece_load) piece_ok_q <= 1'b1;
      else if ((use_beat && piece_ends) || use_piece) piece_ok_q <= 1'b0;
      if (use_beat) lane_q <= piece_ends ? '0 : lane_q + take[LaneW-1:0];
      if (set_flush) flush_q <= 1'b1;
      else if (clear_flush) flush_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (piece_load) {piece_eop_q, piece_rem_q} <= piece_i;
    else if (use_beat) piece_rem_q <= piece_rem_d;
    if (set_flush) flush_done_q <= piece_ends;
    if (begin_packet) par_q <= start_i;
  end

  // The frame's (header's, segment's) own counters.
  always_ff @(posedge clk_i) begin
    if (begin_packet || (state_q == StHeader && state_d == StSegWait)) begin
      pos_q <= '0;
      len_q <= '0;
      beat_q <= '0;
      over_q <= 1'b0;
      seg_rem_q <= 16'(start_hdrlen);
    end else if (begin_segment) begin
      pos_q <= p_hdrlen[LaneW-1:0];
      len_q <= 14'(p_hdrlen);
      beat_q <= '0;
      seg_rem_q <= seg_len_i;
      seg_len_q <= seg_len_i;
      seg_last_q <= seg_last_i;
    end else begin
      if (emit) beat_q <= beat_q + 1'b1;
      if (use_beat && state_q != StSkip) begin
        pos_q <= end_pos[LaneW-1:0];
        len_q <= too_long ? len_q : len_sum[13:0];
        over_q <= too_long;
        seg_rem_q <= seg_rem_q - 16'(take);
      end
    end
    if (begin_packet) later_q <= 1'b0;
    else if (segment_over) later_q <= 1'b1;
    if (begin_packet) eop_seen_q <= 1'b0;
    else if (piece_eop_q && ((use_beat && piece_ends) || use_piece)) eop_seen_q <= 1'b1;
    if (begin_segment) begin
      first_q <= 1'b1;
      hdr_idx_q <= '0;
    end else begin
      if (use_beat) first_q <= 1'b0;
      if (hdr_step) hdr_idx_q <= hdr_idx_q + 1'b1;
    end
  end

  // Checksum ranges against the beat under construction: {hit, first lane, cut, lane behind the last}.
  function automatic logic [SumsW/2-1:0] range(input logic on, input logic [7:0] from, input logic to_end,
                                               input logic [16:0] to, input logic [BeatW-1:0] beat);
    logic cut, hit;
    logic [LaneW-1:0] first;
    cut = !to_end && beat == to[16:LaneW] && to[LaneW-1:0] != '0;
    hit = on && beat >= BeatW'(from[7:LaneW]) && (to_end || cut || beat < to[16:LaneW]);
    first = (beat == BeatW'(from[7:LaneW])) ? from[LaneW-1:0] : '0;
    range = {hit, first, cut, to[LaneW-1:0]};
  endfunction

  logic [SumsW-1:0] sums;
  always_comb begin
    sums = '0;
    if (EnTxCsum && emit) sums = {range(p_ixsm, p_ipcss, p_ip_end0, p_ip_end, BeatW'(beat_q)),
                      range(p_legacy || p_txsm, p_css, p_l4_end0, p_l4_end, BeatW'(beat_q))};
  end

  // At the commit: length, whether that is below 60, and the insertions. A checksum is inserted only if its range begins,
  // and its field lies, inside the frame (and the range is not empty by its own numbers).
  function automatic logic inserts(input logic on, input logic [7:0] field, input logic [7:0] from,
                                   input logic to_end, input logic [16:0] to, input logic [13:0] frame_len);
    inserts = on && 14'(field) + 14'd2 <= frame_len && 14'(from) < frame_len && (to_end || to > 17'(from));
  endfunction

  logic [13:0] data_len;
  logic ip_on, l4_on;
  logic [7:0] l4_field;
  logic [15:0] l4_add;
  logic [69:0] info;
  logic [16:0] tag;
  logic stamp;
  assign l4_field = p_legacy ? legacy_cso : p_tucso;

  always_comb begin
    data_len = '0;
    l4_add = '0;
    ip_on = 1'b0;
    l4_on = 1'b0;
    tag = '0;
    stamp = 1'b0;
    info = '0;
    if (commit) begin
      data_len = use_beat ? len_sum[13:0] : len_q;
      l4_add = p_tse ? 16'(p_hdrlen) - 16'(p_css) + seg_len_q : 16'd0;
      ip_on = EnTxCsum && inserts(p_ixsm, p_ipcso, p_ipcss, p_ip_end0, p_ip_end, data_len);
      l4_on = EnTxCsum && inserts(p_legacy ? legacy_ic : p_txsm, l4_field, p_css, p_l4_end0, p_l4_end, data_len);
      tag = p_tse ? p_tag : end_tag;
      stamp = p_stamp && !(p_tse && later_q);
      info = {stamp, tag, data_len, data_len < 14'd60, ip_on, p_ipcss[0], p_ipcso,
              l4_on, p_css[0], l4_field, !p_legacy && !p_tcp, l4_add};
    end
  end

  // The order to the packer.
  logic [LaneW-1:0] trim_at;
  assign trim_at = use_beat ? end_pos[LaneW-1:0] : pos_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) step_valid_o <= 1'b0;
    else step_valid_o <= step;
  end

  always_ff @(posedge clk_i) begin
    if (step) begin
      step_hdr_src_o <= EnTso && hdr_step;
      step_hdr_dst_o <= EnTso && state_q == StHeader;
      step_hdr_idx_o <= hdr_step ? hdr_idx_q : beat_q[HdrW-1:0];
      step_none_src_o <= !use_beat;
      step_tail_o <= EnTso && state_q == StSegment && first_q && use_beat;
      step_rot_o <= lane_q - pos_q;
      step_pos_o <= pos_q;
      step_emit_o <= emit;
      step_trim_o <= commit && trim_at != '0;
      step_stop_o <= trim_at;
      step_commit_o <= commit;
      step_cancel_o <= cancel;
      step_done_o <= done;
      if (emit) step_sums_o <= sums;
      if (commit) step_info_o <= info;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      stat_tso_o <= 1'b0;
      stat_tso_fail_o <= 1'b0;
    end else begin
      stat_tso_o <= tso_ok;
      stat_tso_fail_o <= fail;
    end
  end

  assign active_o = step_valid_o || step || use_beat || piece_load || begin_packet || begin_segment || state_d != state_q ||
                    stat_tso_o || stat_tso_fail_o;
endmodule
