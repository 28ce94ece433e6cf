// SPDX-License-Identifier: MIT
//
// Byte mask of a beat: ones in every lane from `lane_i` on. A table, because a wide shift or 64
// comparators cost a simulator several times more than one indexed read; a synthesizer makes the
// same thermometer of it.

module lane_mask #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned Lanes = DataW / 8,
  localparam int unsigned LaneW = $clog2(Lanes)
) (
  input  logic [LaneW-1:0] lane_i,
  output logic [DataW-1:0] mask_o
);
  logic [DataW-1:0] table_q [Lanes];

  initial begin
    for (int unsigned i = 0; i < Lanes; i++) table_q[i] = {DataW{1'b1}} << (8 * i);
  end

  assign mask_o = table_q[lane_i];
endmodule
