// SPDX-License-Identifier: MIT
//
// stream_widen and stream_narrow for their test, each by itself; the widths are those between a bus of
// 64 bits and the receive side.

module widths_top (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic [63:0]  wide_data_i,
  input  logic [7:0]   wide_keep_i,
  input  logic         wide_last_i,
  input  logic         wide_user_i,
  input  logic         wide_valid_i,
  output logic         wide_ready_o,
  output logic [511:0] wide_data_o,
  output logic [63:0]  wide_keep_o,
  output logic         wide_last_o,
  output logic         wide_user_o,
  output logic         wide_valid_o,
  input  logic         wide_ready_i,

  input  logic         narrow_start_i,
  input  logic [15:0]  narrow_len_i,
  input  logic [511:0] narrow_data_i,
  input  logic         narrow_valid_i,
  output logic         narrow_ready_o,
  output logic [63:0]  narrow_data_o,
  output logic         narrow_valid_o,
  input  logic         narrow_ready_i,

  output logic         idle_o
);
  logic wide_idle, narrow_idle;

  stream_widen #(.InW(64), .OutW(512)) u_widen (
    .clk_i, .rst_ni,
    .data_i(wide_data_i), .keep_i(wide_keep_i), .last_i(wide_last_i), .user_i(wide_user_i), .valid_i(wide_valid_i),
    .ready_o(wide_ready_o),
    .data_o(wide_data_o), .keep_o(wide_keep_o), .last_o(wide_last_o), .user_o(wide_user_o), .valid_o(wide_valid_o),
    .ready_i(wide_ready_i),
    .idle_o(wide_idle)
  );

  stream_narrow #(.InW(512), .OutW(64)) u_narrow (
    .clk_i, .rst_ni,
    .start_i(narrow_start_i), .len_i(narrow_len_i),
    .data_i(narrow_data_i), .valid_i(narrow_valid_i), .ready_o(narrow_ready_o),
    .data_o(narrow_data_o), .valid_o(narrow_valid_o), .ready_i(narrow_ready_i),
    .idle_o(narrow_idle)
  );

  assign idle_o = wide_idle && narrow_idle;
endmodule
