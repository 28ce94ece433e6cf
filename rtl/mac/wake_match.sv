// SPDX-License-Identifier: MIT
//
// Looks for a magic packet while the card sleeps: six or more bytes of ones and then the station's
// address sixteen times, anywhere in a frame. It reads one byte a cycle, so that frames take their time
// (a byte in 4 ns is twice as fast as 1 Gb/s) and nothing is searched while the card is awake.

module wake_match #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned OffW = $clog2(DataW / 8)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             en_i,
  input  logic [47:0]      station_i,  // first byte on the wire in bits 7:0

  input  logic             beat_valid_i,
  input  logic             beat_first_i,
  input  logic [DataW-1:0] beat_i,
  input  logic [OffW:0]    beat_bytes_i,
  input  logic             accept_i,
  output logic             stall_o,    // the beat has not been read to its end

  output logic             magic_o     // of the frame whose last beat was accepted
);
  localparam logic [2:0] Ones = 3'd6;       // bytes, at least
  localparam logic [3:0] LastRepeat = 4'd15;

  logic [OffW:0] at_q;
  logic [2:0] ones_q, place_q;
  logic [3:0] repeat_q;
  logic within_q, magic_q, begins, match, complete;
  logic [7:0] value, wanted;

  always_comb begin
    stall_o = 1'b0;
    begins = 1'b0;
    value = '0;
    wanted = '0;
    match = 1'b0;
    complete = 1'b0;
    if (en_i && beat_valid_i && at_q != beat_bytes_i) begin
      stall_o = 1'b1;
      begins = beat_first_i && at_q == '0;
      value = beat_i[{at_q[OffW-1:0], 3'b000} +: 8];
      wanted = within_q ? station_i[{place_q, 3'b000} +: 8] : station_i[7:0];
      match = value == wanted && (within_q || ones_q == Ones) && !begins;
      complete = match && within_q && place_q == 3'd5 && repeat_q == LastRepeat;
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
    if (stall_o) begin
      if (value != '1) ones_q <= '0;
      else if (begins) ones_q <= 3'd1;
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
      magic_q <= complete || (magic_q && !begins);
    end
  end

  assign magic_o = magic_q;
endmodule
