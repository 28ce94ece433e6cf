// SPDX-License-Identifier: MIT
//
// Looks for a magic packet in a frame's bytes: six or more bytes of ones and then the station's address
// sixteen times, anywhere.

module wake_magic (
  input  logic        clk_i,
  input  logic [47:0] station_i,  // first byte on the wire in bits 7:0

  input  logic        valid_i,
  input  logic        first_i,
  input  logic [7:0]  byte_i,

  output logic        magic_o     // was in the frame so far
);
  localparam logic [2:0] Ones = 3'd6;       // bytes, at least
  localparam logic [3:0] LastRepeat = 4'd15;

  logic [2:0] ones_q, place_q;
  logic [3:0] repeat_q;
  logic within_q, magic_q, match, complete;
  logic [7:0] wanted;

  always_comb begin
    wanted = '0;
    match = 1'b0;
    complete = 1'b0;
    if (valid_i) begin
      wanted = within_q ? station_i[{place_q, 3'b000} +: 8] : station_i[7:0];
      match = byte_i == wanted && (within_q || ones_q == Ones) && !first_i;
      complete = match && within_q && place_q == 3'd5 && repeat_q == LastRepeat;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      if (byte_i != '1) ones_q <= '0;
      else if (first_i) ones_q <= 3'd1;
      else if (ones_q != Ones) ones_q <= ones_q + 1'b1;
      within_q <= match && !complete;
      if (!within_q) begin
        place_q <= 3'd1;
        repeat_q <= '0;
      end else if (place_q == 3'd5) begin
        place_q <= '0;
        repeat_q <= repeat_q + 1'b1;
      end else begin
        place_q <= place_q + 1'b1;
      end
      magic_q <= complete || (magic_q && !first_i);
    end
  end

  assign magic_o = magic_q;
endmodule
