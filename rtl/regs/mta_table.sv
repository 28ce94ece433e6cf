// SPDX-License-Identifier: MIT
//
// The multicast table MTA: 128 words for software, 4096 bits for the receive filter, which looks one
// up combinationally by the address hash (word hash[11:5], bit hash[4:0]).

module mta_table (
  input  logic        clk_i,
  input  logic        clear_i,
  input  logic        we_i,
  input  logic [6:0]  index_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  input  logic [11:0] hash_i,
  output logic        bit_o
);
  logic [31:0] mem_q [128];
  logic [127:0] written_q;
  logic [31:0] hash_word;

  assign rdata_o = written_q[index_i] ? mem_q[index_i] : '0;
  assign hash_word = mem_q[hash_i[11:5]];
  assign bit_o = written_q[hash_i[11:5]] && hash_word[hash_i[4:0]];

  always_ff @(posedge clk_i) begin
    if (clear_i) written_q <= '0;
    else if (we_i) written_q[index_i] <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (we_i) mem_q[index_i] <= wdata_i;
  end
endmodule
