// SPDX-License-Identifier: MIT
//
// TSO arithmetic (82574 fact sheet 4.8): keeps the packet's header as gathered, works out how long the
// next segment is and whether it is the last, and prepares that segment's header while the
// walker still carries out the one before.
//
// The length must be known before the segment's first byte leaves, but PAYLEN may promise more than
// the descriptors bring. So a segment is prepared when the descriptors parsed so far hold its bytes
// and one more, or reach PAYLEN, or the packet's end is parsed. Only if the parser cannot go on
// (`stuck_i`: more fragments in a segment than the queues hold) PAYLEN is trusted.
//
// Edits: IPv4 total length, id, checksum 0; IPv6 payload length; TCP sequence number, FIN and PSH only
// in the last segment, CWR only in the first (RFC 3168, 6.1.2); UDP length.

module tx_segment #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned LaneW = $clog2(DataW / 8),
  localparam int unsigned HdrW = 8 - LaneW
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             flush_i,

  // The packet.
  input  logic [46:0]      tso_i,
  input  logic [31:0]      tso_pos_i,
  input  logic             end_valid_i,  // the packet's end is parsed, `end_total_i` bytes in all
  input  logic [20:0]      end_total_i,
  input  logic [20:0]      gathered_i,   // otherwise: bytes parsed so far
  input  logic             stuck_i,

  // The header as gathered.
  input  logic             hdr_we_i,
  input  logic [HdrW-1:0]  hdr_idx_i,
  input  logic             hdr_done_i,
  input  logic [DataW-1:0] hdr_data_i,

  // The next segment.
  output logic             seg_valid_o,
  output logic             seg_none_o,
  output logic [15:0]      seg_len_o,
  output logic             seg_last_o,
  input  logic             seg_take_i,
  input  logic             seg_used_i,   // its header is no longer needed
  input  logic             abort_i,      // no more segments of this packet

  // Its header.
  input  logic [HdrW-1:0]  rd_idx_i,
  output logic [DataW-1:0] rd_data_o,
  output logic [DataW-1:0] tail_o,       // the beat with the header's end

  output logic             active_o
);
  localparam int unsigned Beats = 256 * 8 / DataW;
  localparam int unsigned Fields = 11;   // bytes that are edited

  logic tcp, ip, ixsm;
  logic [7:0] hdrlen, tucso_unused, tucss, ipcso, ipcss;
  logic [15:0] mss;
  logic [19:0] paylen;
  assign {tcp, ip, ixsm, hdrlen, mss, paylen} = tso_i;
  assign {tucso_unused, tucss, ipcso, ipcss} = tso_pos_i;

  typedef enum logic [2:0] {StIdle, StLimit, StLength, StEdit, StReady, StTaken, StNone} state_e;
  state_e state_q, state_d;

  // The header as gathered, and the fields that change, picked as their beats come by: flags,
  // sequence number, IPv4 id.
  logic [DataW-1:0] hdr_q [Beats];

  always_ff @(posedge clk_i) begin
    if (hdr_we_i) hdr_q[hdr_idx_i] <= hdr_data_i;
  end

  logic [7*8-1:0] pick_pos, pick_byte;
  logic [6:0] pick_hit;

  always_comb begin
    pick_pos = '0;
    pick_hit = '0;
    pick_byte = '0;
    if (hdr_we_i) begin
      pick_pos = {tucss + 8'd13, tucss + 8'd4, tucss + 8'd5, tucss + 8'd6, tucss + 8'd7, ipcss + 8'd4, ipcss + 8'd5};
      for (int unsigned i = 0; i < 7; i++) begin
        pick_hit[i] = pick_pos[8*i+LaneW +: HdrW] == hdr_idx_i;
        pick_byte[8*i +: 8] = hdr_data_i[{pick_pos[8*i +: LaneW], 3'b000} +: 8];
      end
    end
  end

  // How much payload there is: exactly, or at least.
  logic [20:0] seen, behind;
  logic reaches, exact;
  logic [19:0] limit;
  logic enough;

  always_comb begin
    seen = '0;
    behind = '0;
    reaches = 1'b0;
    exact = 1'b0;
    limit = '0;
    enough = 1'b0;
    if (state_q == StLimit) begin
      seen = end_valid_i ? end_total_i : gathered_i;
      if (seen > 21'(hdrlen)) behind = seen - 21'(hdrlen);
      reaches = behind >= 21'(paylen);
      exact = end_valid_i || reaches || stuck_i;
      limit = (reaches || (stuck_i && !end_valid_i)) ? paylen : behind[19:0];
      enough = exact || {1'b0, limit} > {1'b0, sent_q} + 21'(mss);
    end
  end

  // The segment in preparation.
  logic [19:0] sent_q;   // payload bytes of the segments before it
  logic [19:0] limit_q;  // payload bytes of the packet, or more than this segment needs
  logic [15:0] len_q, id_q;
  logic [31:0] seq_q;
  logic [7:0] flags_q;
  logic first_q, last_q, none, edited;
  logic [19:0] rest;
  logic [HdrW-1:0] edit_q;

  assign none = limit_q <= sent_q;
  assign rest = limit_q - sent_q;
  assign edited = 9'({edit_q, {LaneW{1'b0}}}) + 9'(DataW / 8) >= 9'(hdrlen);

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (hdr_done_i) state_d = StLimit;
      StLimit: if (enough) state_d = StLength;
      StLength: state_d = none ? StNone : StEdit;
      StEdit: if (edited) state_d = StReady;
      StReady: if (seg_take_i) state_d = StTaken;
      StTaken: if (seg_used_i) state_d = last_q ? StIdle : StLimit;
      StNone: state_d = StNone;
      default: state_d = StIdle;
    endcase
    if (abort_i) state_d = StIdle;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) state_q <= StIdle;
    else state_q <= state_d;
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < 2; i++) if (pick_hit[i]) id_q[8*i +: 8] <= pick_byte[8*i +: 8];
    for (int unsigned i = 0; i < 4; i++) if (pick_hit[2+i]) seq_q[8*i +: 8] <= pick_byte[8*(2+i) +: 8];
    if (pick_hit[6]) flags_q <= pick_byte[55:48];
    if (state_q == StIdle && hdr_done_i) begin
      sent_q <= '0;
      first_q <= 1'b1;
    end else if (state_q == StTaken && seg_used_i) begin
      sent_q <= sent_q + 20'(mss);
      first_q <= 1'b0;
      id_q <= id_q + 16'd1;
      seq_q <= seq_q + 32'(mss);
    end
    if (state_q == StLimit && enough) limit_q <= limit;
    if (state_q == StLength) begin
      len_q <= (rest <= 20'(mss)) ? rest[15:0] : mss;
      last_q <= rest <= 20'(mss);
      edit_q <= '0;
    end else if (state_q == StEdit) begin
      edit_q <= edit_q + 1'b1;
    end
  end

  // The edited header. Every field byte is placed on its own, as fields may straddle beats.
  logic [DataW-1:0] edited_beat;
  logic [DataW-1:0] out_q [Beats];
  logic [15:0] ip_len, l4_len;
  logic [7:0] flags;
  logic [Fields*8-1:0] edit_pos, edit_byte;
  logic [Fields-1:0] edit_on;

  always_comb begin
    ip_len = '0;
    l4_len = '0;
    flags = '0;
    edit_on = '0;
    edit_pos = '0;
    edit_byte = '0;
    edited_beat = '0;
    if (state_q == StEdit) begin
      ip_len = 16'(hdrlen) - 16'(ipcss) + len_q - (ip ? 16'd0 : 16'd40);
      l4_len = 16'(hdrlen) - 16'(tucss) + len_q;
      flags = flags_q & ~(last_q ? 8'h00 : 8'h09) & ~(first_q ? 8'h00 : 8'h80);
      edit_on = {tcp, tcp, tcp, 2'b11, ixsm, ixsm, 2'b11, ip, ip};
      edit_pos = {tucss + 8'd13, tucss + 8'd7, tucss + 8'd6, tucss + 8'd5, tucss + 8'd4, ipcso + 8'd1, ipcso,
                  ipcss + 8'd5, ipcss + 8'd4, ipcss + 8'd3, ipcss + 8'd2};
      edit_byte = {flags, seq_q[7:0], seq_q[15:8], tcp ? seq_q[23:16] : l4_len[7:0],
                   tcp ? seq_q[31:24] : l4_len[15:8], 16'd0,
                   ip ? id_q[7:0] : ip_len[7:0], ip ? id_q[15:8] : ip_len[15:8], ip_len[7:0], ip_len[15:8]};
      edited_beat = hdr_q[edit_q];
      for (int unsigned i = 0; i < Fields; i++) begin
        if (edit_on[i] && edit_pos[8*i+LaneW +: HdrW] == edit_q)
          edited_beat[{edit_pos[8*i +: LaneW], 3'b000} +: 8] = edit_byte[8*i +: 8];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StEdit) out_q[edit_q] <= edited_beat;
  end

  assign rd_data_o = out_q[rd_idx_i];
  assign tail_o = out_q[hdrlen[7:LaneW]];

  assign seg_valid_o = state_q == StReady;
  assign seg_none_o = state_q == StNone;
  assign seg_len_o = len_q;
  assign seg_last_o = last_q;
  assign active_o = state_d != state_q || state_q == StEdit || hdr_we_i;

  logic unused;
  assign unused = ^tucso_unused;
endmodule
