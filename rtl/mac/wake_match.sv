// SPDX-License-Identifier: MIT
//
// Looks for what wakes in frames that come while the card sleeps: magic packets, the host's IP addresses,
// what passes a flexible filter. It reads one byte a cycle, so that frames take their time (a byte in
// 4 ns is twice as fast as 1 Gb/s) and nothing is searched while the card is awake.

module wake_match #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned OffW = $clog2(DataW / 8)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             en_i,
  input  logic [47:0]      station_i,  // first byte on the wire in bits 7:0
  input  logic             tags_i,
  input  logic [15:0]      vet_i,
  input  logic [4:0]       valid_i,    // of the addresses: IPv6, IPv4 3 to 0
  input  logic [127:0]     ip4_i,
  input  logic [127:0]     ip6_i,
  input  logic [43:0]      flex_len_i,
  output logic [6:0]       look_byte_o,
  input  logic [3:0]       flex_mask_i,
  input  logic [31:0]      flex_value_i,

  input  logic             beat_valid_i,
  input  logic             beat_first_i,
  input  logic [DataW-1:0] beat_i,
  input  logic [OffW:0]    beat_bytes_i,
  input  logic             accept_i,
  output logic             stall_o,    // the beat has not been read to its end

  // Of the frame whose last beat was accepted.
  output logic             magic_o,
  output logic             arp_o,
  output logic             ip4_o,
  output logic             ip6_o,
  output logic [3:0]       flex_o,
  output logic [10:0]      length_o,   // 2047: that or more

  // The byte that is read.
  output logic [10:0]      index_o,    // 2047: that or more
  output logic [7:0]       byte_o
);
  logic [OffW:0] at_q;
  logic [10:0] length_q, index;
  logic first;
  logic [7:0] value;

  always_comb begin
    stall_o = 1'b0;
    first = 1'b0;
    value = '0;
    index = '0;
    if (en_i && beat_valid_i && at_q != beat_bytes_i) begin
      stall_o = 1'b1;
      first = beat_first_i && at_q == '0;
      value = beat_i[{at_q[OffW-1:0], 3'b000} +: 8];
      index = first ? '0 : length_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      at_q <= '0;
    end else if (accept_i) begin
      at_q <= '0;
    end else if (stall_o) begin
      at_q <= at_q + 1'b1;
    end
    if (stall_o) length_q <= index == '1 ? '1 : index + 1'b1;
  end

  wake_magic u_magic (
    .clk_i, .station_i, .valid_i(stall_o), .first_i(first), .byte_i(value), .magic_o
  );

  wake_address u_address (
    .clk_i, .tags_i, .vet_i, .valid_i, .ip4_i, .ip6_i,
    .byte_valid_i(stall_o), .index_i(index), .byte_i(value),
    .arp_o, .ip4_o, .ip6_o
  );

  wake_flex u_flex (
    .clk_i, .len_i(flex_len_i), .look_byte_o, .mask_i(flex_mask_i), .value_i(flex_value_i),
    .valid_i(stall_o), .index_i(index), .byte_i(value), .length_i(length_q), .pass_o(flex_o)
  );

  assign length_o = length_q;
  assign index_o = index;
  assign byte_o = value;
endmodule
