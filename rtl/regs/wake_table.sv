// SPDX-License-Identifier: MIT
//
// The flexible filters' bytes (FFMT, FFVT; fact sheet 2.5): of each of a frame's first 128 bytes, which of
// the four filters compare it and what each of them expects. The register bus reads and writes one word,
// and the matcher looks up all four filters' of a byte, combinationally. What was not written since the
// last clear is 0.

module wake_table (
  input  logic        clk_i,
  input  logic        clear_i,

  input  logic        req_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  input  logic        look_i,
  input  logic [6:0]  byte_i,
  output logic [3:0]  mask_o,
  output logic [31:0] value_o
);
  localparam int unsigned Bytes = ringside_reg_pkg::FFMT_COUNT;

  logic [3:0] mask_q [Bytes];
  logic [31:0] value_q [Bytes];
  logic [Bytes-1:0] mask_written_q, value_written_q;
  logic in_mask, in_value;
  logic [6:0] index;

  always_comb begin
    in_mask = 1'b0;
    in_value = 1'b0;
    index = '0;
    if (req_i) begin
      in_mask = addr_i[16:10] == ringside_reg_pkg::FFMT_OFFSET[16:10] && !addr_i[2];
      in_value = addr_i[16:10] == ringside_reg_pkg::FFVT_OFFSET[16:10] && !addr_i[2];
      index = addr_i[9:3];
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      mask_written_q <= '0;
      value_written_q <= '0;
    end else if (we_i) begin
      if (in_mask) mask_written_q[index] <= 1'b1;
      if (in_value) value_written_q[index] <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (we_i && in_mask) mask_q[index] <= wdata_i[3:0];
    if (we_i && in_value) value_q[index] <= wdata_i;
  end

  always_comb begin
    rdata_o = '0;
    if (in_mask && mask_written_q[index]) rdata_o = 32'(mask_q[index]);
    if (in_value && value_written_q[index]) rdata_o = value_q[index];
  end

  always_comb begin
    mask_o = '0;
    value_o = '0;
    if (look_i) begin
      if (mask_written_q[byte_i]) mask_o = mask_q[byte_i];
      if (value_written_q[byte_i]) value_o = value_q[byte_i];
    end
  end

  logic unused;
  assign unused = ^addr_i[1:0];
endmodule
