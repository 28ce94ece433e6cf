// SPDX-License-Identifier: MIT
//
// What receive-side scaling looks up (82574 fact sheet 5.5): the redirection table RETA, 128 bytes of
// which bit 7 names the queue, and the hash key RSSRK, whose first byte is the low byte of its word 0.

module rss_table (
  input  logic         clk_i,
  input  logic         clear_i,

  input  logic         req_i,
  input  logic         we_i,
  input  logic [16:0]  addr_i,
  input  logic [31:0]  wdata_i,
  output logic [31:0]  rdata_o,

  input  logic [6:0]   index_i,
  output logic         queue_o,
  output logic [319:0] key_o     // byte n in bits 8n+7:8n
);
  localparam int unsigned KeyWords = ringside_reg_pkg::RSSRK_COUNT;

  logic in_reta, in_key, reta_written;
  logic [3:0] key_word;
  logic [31:0] reta;
  logic [127:0] queue_q;
  logic [KeyWords*32-1:0] key_q;

  always_comb begin
    in_reta = 1'b0;
    in_key = 1'b0;
    if (req_i) begin
      in_reta = addr_i[16:7] == ringside_reg_pkg::RETA_OFFSET[16:7];
      in_key = addr_i[16:6] == ringside_reg_pkg::RSSRK_OFFSET[16:6] && 32'(addr_i[5:2]) < KeyWords;
    end
  end

  assign key_word = in_key ? addr_i[5:2] : '0;

  reg_ram #(
    .Width(32),
    .Words(ringside_reg_pkg::RETA_COUNT)
  ) i_reta (
    .clk_i,
    .clear_i,
    .we_i(in_reta && we_i),
    .index_i(addr_i[6:2]),
    .wdata_i,
    .rdata_o(reta),
    .written_o(reta_written)
  );

  always_comb begin
    rdata_o = '0;
    if (in_reta) rdata_o = reta_written ? reta : '0;
    else if (in_key) rdata_o = key_q[key_word*32 +: 32];
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      queue_q <= '0;
      key_q <= '0;
    end else if (we_i && in_reta) begin
      for (int unsigned i = 0; i < 4; i++) queue_q[{addr_i[6:2], 2'(i)}] <= wdata_i[8*i+7];
    end else if (we_i && in_key) begin
      key_q[key_word*32 +: 32] <= wdata_i;
    end
  end

  assign queue_o = queue_q[index_i];
  assign key_o = key_q;

  logic unused_low_bits;
  assign unused_low_bits = ^addr_i[1:0];
endmodule
