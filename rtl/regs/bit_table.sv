// SPDX-License-Identifier: MIT
//
// A table of 4096 bits that software sees as 128 words and the receive side looks up combinationally,
// word index[11:5], bit index[4:0]: MTA by address hash, VFTA by VLAN id.

module bit_table (
  input  logic        clk_i,
  input  logic        clear_i,
  input  logic        we_i,
  input  logic [6:0]  word_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  input  logic [11:0] index_i,
  output logic        bit_o
);
  logic [31:0] mem_q [128];
  logic [127:0] written_q;
  logic [31:0] found;

  assign rdata_o = written_q[word_i] ? mem_q[word_i] : '0;
  assign found = mem_q[index_i[11:5]];
  assign bit_o = written_q[index_i[11:5]] && found[index_i[4:0]];

  always_ff @(posedge clk_i) begin
    if (clear_i) written_q <= '0;
    else if (we_i) written_q[word_i] <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (we_i) mem_q[word_i] <= wdata_i;
  end
endmodule
