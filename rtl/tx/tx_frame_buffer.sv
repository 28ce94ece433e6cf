// SPDX-License-Identifier: MIT
//
// Frames wait here until they are complete and their checksums known, then leave on the wire; the
// checksums are put in on the way out, and the VLAN tag behind the addresses. So the wire never waits in the middle of a frame for memory.
//
// A frame's beats are stored as they come and count once it is committed; a cancelled frame's beats are
// overwritten. `room_o` promises space for what the stages before may still hold.
//
// While `hold_i` is set no frame is begun. Control frames of the MAC itself go between frames, before all
// that wait, and are not held.
//
// After `srst_i` everything stored is forgotten; a frame of which the wire has already taken a beat, or
// been offered one, is ended with tlast and tuser.

module tx_frame_buffer #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned Beats = 512,
  parameter int unsigned Frames = 64,
  localparam int unsigned Lanes = DataW / 8,
  localparam int unsigned LaneW = $clog2(Lanes)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             srst_i,
  input  logic             flush_i,  // cancel the frame being stored

  input  logic             beat_valid_i,
  input  logic [DataW-1:0] beat_i,
  input  logic             beat_commit_i,  // with or behind the last beat
  input  logic             beat_cancel_i,
  output logic             room_o,

  input  logic             frame_valid_i,
  input  logic [15:0]      vet_i,
  input  logic             frame_stamp_i,
  input  logic [16:0]      frame_tag_i,    // {on, tag}
  input  logic [13:0]      frame_len_i,
  input  logic             frame_pad_i,
  input  logic             ip_en_i,
  input  logic [7:0]       ip_pos_i,
  input  logic [15:0]      ip_sum_i,
  input  logic             l4_en_i,
  input  logic [7:0]       l4_pos_i,
  input  logic [15:0]      l4_sum_i,

  output logic [DataW-1:0] m_axis_tdata_o,
  output logic [Lanes-1:0] m_axis_tkeep_o,
  output logic             m_axis_tlast_o,
  output logic             m_axis_tuser_o,
  output logic             m_axis_tvalid_o,
  input  logic             m_axis_tready_i,

  input  logic             hold_i,
  input  logic             control_valid_i,
  input  logic             control_xoff_i,  // what it is: XOFF or XON
  input  logic [143:0]     control_head_i,  // its first bytes; zeros follow, to 60 bytes
  output logic             control_taken_o,
  output logic             held_o,         // a frame would be begun, were it not held

  output logic             ev_stamp_o,     // the first beat of a frame with `stamp` left

  output logic             stat_frame_o,
  output logic [15:0]      stat_len_o,
  output logic             stat_mcast_o,
  output logic             stat_bcast_o,
  output logic             stat_xoff_o,    // of those of the MAC; no stat_frame_o for them
  output logic             stat_xon_o,

  output logic             active_o
);
  localparam int unsigned PtrW = $clog2(Beats);
  localparam int unsigned FrameW = $clog2(Frames);
  localparam int unsigned BeatW = 14 - LaneW + 1;
  localparam int unsigned Slack = 8;  // steps on their way when room_o goes away
  localparam int unsigned InfoW = 104 + 2 * BeatW;
  localparam int unsigned ControlBytes = 60;
  localparam int unsigned ControlBeats = (ControlBytes + Lanes - 1) / Lanes;

  // Beats: written at wr_q; the frame being stored began at start_q; oldest not yet sent at rd_q.
  logic [DataW-1:0] mem_q [Beats];
  logic [PtrW:0] wr_q, start_q, rd_q, wr_next, used;
  logic take;

  assign wr_next = wr_q + (PtrW + 1)'(beat_valid_i);
  assign used = wr_q - rd_q;

  always_ff @(posedge clk_i) begin
    if (beat_valid_i) mem_q[wr_q[PtrW-1:0]] <= beat_i;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      wr_q <= '0;
      start_q <= '0;
    end else if (beat_cancel_i || flush_i) begin
      wr_q <= start_q;
    end else if (beat_valid_i || beat_commit_i) begin
      wr_q <= wr_next;
      if (beat_commit_i) start_q <= wr_next;
    end
  end

  // Committed frames: all that the wire needs to know is worked out here, once a frame. The tag moves what is behind the
  // addresses, checksum fields too.
  function automatic logic [8:0] behind_tag(input logic on, input logic [7:0] pos, input logic second);
    logic [8:0] at;
    at = 9'(pos) + 9'(second);
    behind_tag = (on && at >= 9'd12) ? at + 9'd4 : at;
  endfunction

  logic [13:0] in_len;
  logic [BeatW-1:0] in_stored, in_beats;
  logic [4*9-1:0] in_fix;
  logic [InfoW-1:0] in_info;

  always_comb begin
    in_len = '0;
    in_stored = '0;
    in_beats = '0;
    in_fix = '0;
    in_info = '0;
    if (frame_valid_i) begin
      in_len = (frame_pad_i ? 14'd60 : frame_len_i) + (frame_tag_i[16] ? 14'd4 : 14'd0);
      in_stored = BeatW'((15'(frame_len_i) + 15'(Lanes - 1)) >> LaneW);
      in_beats = BeatW'((15'(in_len) + 15'(Lanes - 1)) >> LaneW);
      in_fix = {behind_tag(frame_tag_i[16], l4_pos_i, 1'b1), behind_tag(frame_tag_i[16], l4_pos_i, 1'b0),
                behind_tag(frame_tag_i[16], ip_pos_i, 1'b1), behind_tag(frame_tag_i[16], ip_pos_i, 1'b0)};
      in_info = {frame_stamp_i, frame_tag_i, in_len, in_stored, in_beats, {2{l4_en_i}}, {2{ip_en_i}}, in_fix, l4_sum_i, ip_sum_i};
    end
  end

  logic info_empty, info_pop, unused_full;
  logic [InfoW-1:0] info;
  logic [FrameW:0] info_count;

  sync_fifo #(.Width(InfoW), .Depth(Frames)) u_frames (
    .clk_i, .rst_ni, .flush_i(srst_i), .push_i(frame_valid_i && !srst_i), .data_i(in_info),
    .pop_i(info_pop), .head_o(info), .empty_o(info_empty), .full_o(unused_full), .count_o(info_count)
  );

  assign room_o = used <= (PtrW + 1)'(Beats - Slack) && info_count <= (FrameW + 1)'(Frames - Slack);

  // The frame being sent.
  logic stamp, has_tag, last;
  logic [15:0] tag;
  logic [13:0] wire_len;
  logic [3:0] fix_en;
  logic [4*9-1:0] fix_pos;
  logic [31:0] fix_byte;
  logic [BeatW-1:0] beat_q, stored, beats;
  assign {stamp, has_tag, tag, wire_len, stored, beats, fix_en, fix_pos, fix_byte} = info;
  assign last = beat_q + 1'b1 == beats;

  // The wire's stage. `valid_q` once set stays until taken.
  logic valid_q, last_q, first_q, stamp_q, tagged_q, user_q, kill_q, middle_q, blank_q, accept;
  logic [LaneW-1:0] ends;
  logic [Lanes-1:0] keep_q;
  logic [DataW-1:0] data_q;
  logic [13:0] len_q;
  logic free, control, control_last, control_more_q, control_q, xoff_q;  // of the MAC's own frames
  logic [DataW-1:0] control_beat;
  logic [31:0] tag_q;    // what goes in front of the beat's (in the first: behind the addresses') bytes

  assign ends = wire_len[LaneW-1:0];
  assign accept = valid_q && m_axis_tready_i;
  assign free = (!valid_q || accept) && !kill_q;
  assign control = free && (control_more_q || (control_valid_i && beat_q == '0));
  assign control_last = beat_q == BeatW'(ControlBeats - 1);
  assign control_taken_o = control && !control_more_q;
  assign take = !info_empty && free && !control && (!hold_i || beat_q != '0);
  assign held_o = hold_i && !info_empty && beat_q == '0;
  assign info_pop = take && last && !srst_i;

  always_ff @(posedge clk_i) begin
    if (take) data_q <= mem_q[rd_q[PtrW-1:0]];
    else if (control) data_q <= control_beat;
  end

  // A narrow bus's second beat begins with what is behind the first's 16 bytes.
  if (Lanes == 16) begin : g_narrow_control
    logic [15:0] rest_q;

    always_ff @(posedge clk_i) begin
      if (control_taken_o) rest_q <= control_head_i[143:128];
    end
    always_comb begin
      control_beat = '0;
      if (!control_more_q) control_beat = control_head_i[127:0];
      else if (beat_q == BeatW'(1)) control_beat[15:0] = rest_q;
    end
  end else begin : g_wide_control
    always_comb begin
      control_beat = '0;
      if (!control_more_q) control_beat[143:0] = control_head_i;
    end
  end

  // Up to four bytes of a beat are replaced by checksum bytes.
  logic [3:0] fix_q;
  logic [4*LaneW-1:0] fix_lane_q;
  logic [31:0] fix_byte_q;
  logic [3:0] fix;
  logic [4*LaneW-1:0] fix_lane;

  always_comb begin
    fix = '0;
    fix_lane = '0;
    if (take && beat_q <= BeatW'(260 / Lanes)) begin  // a field's last byte is at 256, or 4 behind
      for (int unsigned i = 0; i < 4; i++) begin
        fix[i] = fix_en[i] && BeatW'(fix_pos[9*i+LaneW +: 9-LaneW]) == beat_q;
        fix_lane[LaneW*i +: LaneW] = fix_pos[9*i +: LaneW];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      fix_q <= fix;
      if (fix != '0) begin
        fix_lane_q <= fix_lane;
        fix_byte_q <= fix_byte;
      end
      // Changes only with a frame's last beat and with the one behind it.
      if (last || last_q) keep_q <= (last && ends != '0) ? ~({Lanes{1'b1}} << ends) : '1;
      first_q <= beat_q == '0;
      blank_q <= beat_q >= stored;
      len_q <= wire_len;
      stamp_q <= stamp && beat_q == '0;
      tagged_q <= has_tag;
      if (has_tag) tag_q <= (beat_q == '0) ? {tag[7:0], tag[15:8], vet_i[7:0], vet_i[15:8]} : carry;
      control_q <= 1'b0;
    end else if (control) begin
      fix_q <= '0;
      keep_q <= control_last ? {Lanes{1'b1}} >> (ControlBeats * Lanes - ControlBytes) : '1;
      first_q <= !control_more_q;
      blank_q <= 1'b0;
      stamp_q <= 1'b0;
      tagged_q <= 1'b0;
      control_q <= 1'b1;
      if (!control_more_q) xoff_q <= control_xoff_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      last_q <= 1'b1;
      user_q <= 1'b0;
      kill_q <= 1'b0;
      control_more_q <= 1'b0;
      middle_q <= 1'b0;
      beat_q <= '0;
      rd_q <= '0;
    end else begin
      if (accept) middle_q <= !m_axis_tlast_o;
      if (take) last_q <= last;
      else if (control) last_q <= control_last;
      if (srst_i) begin
        // What is on offer stays; if that is not a frame's end, an error end follows.
        beat_q <= '0;
        rd_q <= '0;
        control_more_q <= 1'b0;
        valid_q <= valid_q && !accept;
        kill_q <= valid_q ? !m_axis_tlast_o : middle_q;
      end else if (kill_q && (!valid_q || accept)) begin
        valid_q <= 1'b1;
        user_q <= 1'b1;
        kill_q <= 1'b0;
      end else if (take) begin
        valid_q <= 1'b1;
        user_q <= 1'b0;
        beat_q <= last ? '0 : beat_q + 1'b1;
        if (beat_q < stored) rd_q <= rd_q + 1'b1;
      end else if (control) begin
        valid_q <= 1'b1;
        user_q <= 1'b0;
        beat_q <= control_last ? '0 : beat_q + 1'b1;
        control_more_q <= !control_last;
      end else if (accept) begin
        valid_q <= 1'b0;
        user_q <= 1'b0;
      end
    end
  end

  // A tagged frame's bytes move up by four lanes, from lane 12 on in its first beat; those that drop out
  // at the top go before the next beat.
  logic [31:0] carry;
  assign carry = blank_q ? '0 : data_q[DataW-1 -: 32];

  always_comb begin
    m_axis_tdata_o = data_q;
    if (blank_q) m_axis_tdata_o = '0;
    if (tagged_q) begin
      m_axis_tdata_o = {m_axis_tdata_o[DataW-33:0], tag_q};
      if (first_q) m_axis_tdata_o[127:0] = {tag_q, data_q[95:0]};
    end
    for (int unsigned i = 0; i < 4; i++) begin
      if (fix_q[i]) m_axis_tdata_o[{fix_lane_q[LaneW*i +: LaneW], 3'b000} +: 8] = fix_byte_q[8*i +: 8];
    end
  end

  assign m_axis_tvalid_o = valid_q;
  assign m_axis_tlast_o = last_q || user_q;
  assign m_axis_tuser_o = user_q;
  assign m_axis_tkeep_o = keep_q;

  // Statistics, when the last beat has left.
  logic group_q, all_q, group, all;
  assign group = first_q ? m_axis_tdata_o[0] : group_q;
  assign all = first_q ? &m_axis_tdata_o[47:0] : all_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      stat_frame_o <= 1'b0;
      stat_xoff_o <= 1'b0;
      stat_xon_o <= 1'b0;
      ev_stamp_o <= 1'b0;
    end else begin
      stat_frame_o <= accept && last_q && !user_q && !control_q;
      stat_xoff_o <= accept && last_q && !user_q && control_q && xoff_q;
      stat_xon_o <= accept && last_q && !user_q && control_q && !xoff_q;
      ev_stamp_o <= accept && stamp_q && !user_q;
    end
    if (accept) begin
      group_q <= group;
      all_q <= all;
    end
    if (accept && last_q) begin
      stat_len_o <= 16'(len_q);
      stat_mcast_o <= group && !all;
      stat_bcast_o <= all;
    end
  end

  assign active_o = beat_valid_i || beat_commit_i || beat_cancel_i || frame_valid_i || take || accept ||
                    (kill_q && !valid_q) || control || stat_frame_o || stat_xoff_o || stat_xon_o || ev_stamp_o || srst_i;

  logic unused;
  assign unused = unused_full;
endmodule
