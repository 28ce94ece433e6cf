// SPDX-License-Identifier: MIT
//
// One's-complement checksums of frames while they are packed (RFC 1071; 82574 fact sheet 4.7, 4.8).
// Two ranges a frame: the IP header's and the L4 (or legacy) one. A beat is added as little-endian
// 32-bit words, which gives the byte-swapped sum of its big-endian 16-bit words; a range that begins
// in an odd lane is swapped once more. Lanes outside a range are masked only in the beats in which
// it begins or ends. Checksums are given in the order in which their bytes go into the frame: low
// byte first.
//
// Three clocks from a frame's commit to its checksums.

module tx_csum #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned LaneW = $clog2(DataW / 8),
  localparam int unsigned SumsW = 2 * (2 + 2 * LaneW)
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             beat_valid_i,
  input  logic [DataW-1:0] beat_i,
  input  logic [SumsW-1:0] sums_i,  // lanes in the {IP, L4} range: {any, first, cut, behind the last}

  // The frame's last beat is, or was, here; `cancel_i`: there will be no frame.
  input  logic             commit_i,
  input  logic             cancel_i,
  input  logic [69:0]      info_i,  // {stamp, tag on, tag, len, below 60, ip en odd pos, l4 en odd pos udp add}

  output logic             frame_valid_o,
  output logic             frame_stamp_o,
  output logic [16:0]      frame_tag_o,
  output logic [13:0]      frame_len_o,
  output logic             frame_short_o,
  output logic             ip_en_o,
  output logic [7:0]       ip_pos_o,
  output logic [15:0]      ip_sum_o,
  output logic             l4_en_o,
  output logic [7:0]       l4_pos_o,
  output logic [15:0]      l4_sum_o,

  output logic             active_o
);
  localparam int unsigned Words = DataW / 32;
  localparam int unsigned SumW = 32 + $clog2(Words);

  // First clock: the beat's sums.
  logic [DataW-1:0] ip_from, ip_to, l4_from, l4_to, ip_beat, l4_beat;
  logic [SumW-1:0] ip_tree, l4_tree, ip_sum_q, l4_sum_q;
  logic ip_hit, l4_hit, ip_hit_q, l4_hit_q;

  logic ip_any, ip_cut, l4_any, l4_cut;
  logic [LaneW-1:0] ip_first, ip_behind, l4_first, l4_behind;
  assign {ip_any, ip_first, ip_cut, ip_behind, l4_any, l4_first, l4_cut, l4_behind} = sums_i;

  lane_mask #(.DataW(DataW)) u_ip_from (.lane_i(ip_first), .mask_o(ip_from));
  lane_mask #(.DataW(DataW)) u_ip_to (.lane_i(ip_behind), .mask_o(ip_to));
  lane_mask #(.DataW(DataW)) u_l4_from (.lane_i(l4_first), .mask_o(l4_from));
  lane_mask #(.DataW(DataW)) u_l4_to (.lane_i(l4_behind), .mask_o(l4_to));

  assign ip_hit = beat_valid_i && ip_any;
  assign l4_hit = beat_valid_i && l4_any;

  always_comb begin
    ip_beat = beat_i;
    ip_tree = '0;
    if (ip_hit) begin
      if (ip_first != '0) ip_beat = ip_beat & ip_from;
      if (ip_cut) ip_beat = ip_beat & ~ip_to;
      for (int unsigned i = 0; i < Words; i++) ip_tree = ip_tree + SumW'(ip_beat[32*i +: 32]);
    end
  end

  always_comb begin
    l4_beat = beat_i;
    l4_tree = '0;
    if (l4_hit) begin
      if (l4_first != '0) l4_beat = l4_beat & l4_from;
      if (l4_cut) l4_beat = l4_beat & ~l4_to;
      for (int unsigned i = 0; i < Words; i++) l4_tree = l4_tree + SumW'(l4_beat[32*i +: 32]);
    end
  end

  logic commit_q, cancel_q;
  logic [69:0] info_q;

  always_ff @(posedge clk_i) begin
    if (ip_hit) ip_sum_q <= ip_tree;
    if (l4_hit) l4_sum_q <= l4_tree;
    if (commit_i) info_q <= info_i;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ip_hit_q <= 1'b0;
      l4_hit_q <= 1'b0;
      commit_q <= 1'b0;
      cancel_q <= 1'b0;
    end else begin
      ip_hit_q <= ip_hit;
      l4_hit_q <= l4_hit;
      commit_q <= commit_i;
      cancel_q <= cancel_i;
    end
  end

  // Second clock: the frame's sums.
  logic [47:0] ip_acc_q, l4_acc_q, ip_acc, l4_acc, ip_all_q, l4_all_q;
  logic final_q;
  logic [69:0] final_info_q;

  assign ip_acc = ip_acc_q + (ip_hit_q ? 48'(ip_sum_q) : 48'd0);
  assign l4_acc = l4_acc_q + (l4_hit_q ? 48'(l4_sum_q) : 48'd0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ip_acc_q <= '0;
      l4_acc_q <= '0;
      final_q <= 1'b0;
    end else begin
      if (commit_q || cancel_q) begin
        ip_acc_q <= '0;
        l4_acc_q <= '0;
      end else begin
        if (ip_hit_q) ip_acc_q <= ip_acc;
        if (l4_hit_q) l4_acc_q <= l4_acc;
      end
      final_q <= commit_q;
    end
    if (commit_q) begin
      ip_all_q <= ip_acc;
      l4_all_q <= l4_acc;
      final_info_q <= info_q;
    end
  end

  // Third clock: folded, inverted.
  function automatic logic [15:0] fold48(input logic [47:0] sum, input logic odd);
    logic [17:0] once;
    logic [16:0] twice;
    logic [15:0] folded;
    once = 18'(sum[15:0]) + 18'(sum[31:16]) + 18'(sum[47:32]);
    twice = 17'(once[15:0]) + 17'(once[17:16]);
    folded = twice[15:0] + 16'(twice[16]);
    fold48 = odd ? {folded[7:0], folded[15:8]} : folded;
  endfunction

  logic [15:0] l4_add, l4_folded, l4_inverted;
  logic [16:0] l4_total;
  logic ip_odd, l4_odd, l4_udp;

  assign {frame_stamp_o, frame_tag_o, frame_len_o, frame_short_o,
          ip_en_o, ip_odd, ip_pos_o, l4_en_o, l4_odd, l4_pos_o, l4_udp, l4_add} = final_info_q;
  assign frame_valid_o = final_q;

  always_comb begin
    ip_sum_o = '0;
    l4_folded = '0;
    l4_total = '0;
    l4_inverted = '0;
    l4_sum_o = '0;
    if (final_q) begin
      ip_sum_o = ~fold48(ip_all_q, ip_odd);
      l4_folded = fold48(l4_all_q, l4_odd);
      l4_total = 17'(l4_folded) + 17'({l4_add[7:0], l4_add[15:8]});
      l4_inverted = ~(l4_total[15:0] + 16'(l4_total[16]));
      l4_sum_o = (l4_udp && l4_inverted == '0) ? 16'hFFFF : l4_inverted;
    end
  end

  assign active_o = beat_valid_i || commit_i || cancel_i || ip_hit_q || l4_hit_q || commit_q || cancel_q || final_q;
endmodule
