// SPDX-License-Identifier: MIT
//
// The four flexible filters (fact sheet 2.5): a frame passes one if it is at least as long as the filter's
// FFLT says and, of its first 128 bytes and up to that length, each byte that FFMT names is the one in
// FFVT.

module wake_flex (
  input  logic        clk_i,
  input  logic [43:0] len_i,    // of filters 3 to 0
  output logic [6:0]  look_byte_o,
  input  logic [3:0]  mask_i,   // of that byte
  input  logic [31:0] value_i,

  input  logic        valid_i,
  input  logic [10:0] index_i,  // of the byte in the frame, 2047 at most
  input  logic [7:0]  byte_i,
  input  logic [10:0] length_i, // of the frame so far

  output logic [3:0]  pass_o
);
  logic [3:0] failed_q, fails;

  assign look_byte_o = index_i[6:0];

  always_comb begin
    fails = '0;
    if (valid_i && index_i[10:7] == '0) begin
      for (int unsigned i = 0; i < 4; i++)
        fails[i] = mask_i[i] && byte_i != value_i[8*i +: 8] && index_i < len_i[11*i +: 11];
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) failed_q <= fails | (index_i == '0 ? '0 : failed_q);
  end

  always_comb begin
    for (int unsigned i = 0; i < 4; i++) pass_o[i] = !failed_q[i] && length_i >= len_i[11*i +: 11];
  end
endmodule
