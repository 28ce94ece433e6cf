// SPDX-License-Identifier: MIT
//
// Splits a look-up table used as RAM into its storage and its read multiplexer, so that `ltp` sees the
// one combinational path there is, address to data: only the second is a module that the tool knows.

(* techmap_celltype = "$__LUT_RAM_" *)
module lut_ram_map (
  input        PORT_W_CLK,
  input        PORT_W_WR_EN,
  input  [5:0] PORT_W_ADDR,
  input        PORT_W_WR_DATA,
  input  [5:0] PORT_R_ADDR,
  output       PORT_R_RD_DATA
);
  parameter INIT = 0;
  wire stored;

  lut_ram store (.clk(PORT_W_CLK), .we(PORT_W_WR_EN), .addr(PORT_W_ADDR), .data(PORT_W_WR_DATA), .q(stored));
  lut_ram_read read (.addr(PORT_R_ADDR), .stored(stored), .q(PORT_R_RD_DATA));
endmodule
