// SPDX-License-Identifier: MIT
//
// Storage for registers without side effects: a memory and a bit a word that says whether it was
// written since the last clear, so that a clear takes one cycle. Whoever reads a word that was not
// written puts its reset value there. Combinational read.

module reg_ram #(
  parameter int unsigned Width = 32,
  parameter int unsigned Words = 128,
  localparam int unsigned IndexW = $clog2(Words)
) (
  input  logic              clk_i,
  input  logic              clear_i,
  input  logic              we_i,
  input  logic [IndexW-1:0] index_i,
  input  logic [Width-1:0]  wdata_i,
  output logic [Width-1:0]  rdata_o,
  output logic              written_o
);
  logic [Width-1:0] mem_q [Words];
  logic [Words-1:0] written_q;

  assign rdata_o = mem_q[index_i];
  assign written_o = written_q[index_i];

  always_ff @(posedge clk_i) begin
    if (clear_i) written_q <= '0;
    else if (we_i) written_q[index_i] <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (we_i) mem_q[index_i] <= wdata_i;
  end
endmodule
