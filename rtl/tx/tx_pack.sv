// SPDX-License-Identifier: MIT
//
// Carries out the walker's steps on the data: turns the payload beat so that its bytes meet the end
// of what is already there, and merges the two. One rotation (an indexed part-select of the doubled
// beat) serves packing of fragments and cutting of segments alike.
//
// A step arrives together with the read of its payload beat; the packed beat leaves one clock later.

module tx_pack #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned LaneW = $clog2(DataW / 8),
  localparam int unsigned HdrW = 8 - LaneW,
  localparam int unsigned SumsW = 2 * (2 + 2 * LaneW)
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  // The step; see tx_walk.
  input  logic             valid_i,
  input  logic             hdr_src_i,
  input  logic             hdr_dst_i,
  input  logic [HdrW-1:0]  hdr_idx_i,
  input  logic             none_src_i,
  input  logic             tail_i,
  input  logic [LaneW-1:0] rot_i,
  input  logic [LaneW-1:0] pos_i,
  input  logic             emit_i,
  input  logic             trim_i,
  input  logic [LaneW-1:0] stop_i,
  input  logic             commit_i,
  input  logic             cancel_i,
  input  logic             done_i,
  input  logic [SumsW-1:0] sums_i,
  input  logic [69:0]      info_i,

  // Its sources.
  input  logic [DataW-1:0] payload_i,
  input  logic [DataW-1:0] hdr_i,
  input  logic [DataW-1:0] hdr_tail_i,

  // What came of it.
  output logic [DataW-1:0] beat_o,
  output logic             beat_frame_o,   // a beat of a frame
  output logic             beat_hdr_o,     // a beat of a TSO header
  output logic [HdrW-1:0]  hdr_idx_o,
  output logic             hdr_commit_o,
  output logic             commit_o,
  output logic             cancel_o,
  output logic             done_o,
  output logic [SumsW-1:0] sums_o,
  output logic [69:0]      info_o
);
  logic [DataW-1:0] left_q, base, turned, merged, keep, stop;
  logic [2*DataW-1:0] twice;

  lane_mask #(.DataW(DataW)) u_keep (.lane_i(pos_i), .mask_o(keep));
  lane_mask #(.DataW(DataW)) u_stop (.lane_i(stop_i), .mask_o(stop));

  assign twice = {payload_i, payload_i};
  assign turned = twice[{1'b0, rot_i, 3'b000} +: DataW];
  assign base = tail_i ? hdr_tail_i : left_q;

  always_comb begin
    merged = turned;
    if (none_src_i) merged = left_q;
    else if (pos_i != '0) merged = (turned & keep) | (base & ~keep);
    if (trim_i) merged = merged & ~stop;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      if (emit_i) beat_o <= hdr_src_i ? hdr_i : merged;
      if (!none_src_i) left_q <= emit_i ? turned : merged;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {beat_frame_o, beat_hdr_o, hdr_commit_o, commit_o, cancel_o, done_o} <= '0;
    end else begin
      beat_frame_o <= valid_i && emit_i && !hdr_dst_i;
      beat_hdr_o <= valid_i && emit_i && hdr_dst_i;
      hdr_commit_o <= valid_i && commit_i && hdr_dst_i;
      commit_o <= valid_i && commit_i && !hdr_dst_i;
      cancel_o <= valid_i && cancel_i;
      done_o <= valid_i && done_i;
    end
    if (valid_i) begin
      hdr_idx_o <= hdr_idx_i;
      sums_o <= sums_i;
      if (commit_i) info_o <= info_i;
    end
  end
endmodule
