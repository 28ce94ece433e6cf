// SPDX-License-Identifier: MIT
//
// The read multiplexer of a look-up table used as RAM, a black box of one level (see lut_ram_map.v).

(* blackbox *)
module lut_ram_read (
  input  [5:0] addr,
  input        stored,
  output       q
);
endmodule
