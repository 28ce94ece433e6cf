// SPDX-License-Identifier: MIT
//
// For how long a received pause frame keeps transmission silent (IEEE 802.3 annex 31B.2): so many quanta
// of 512 bit times, from the frame on; each one replaces what is left of the one before, and one of 0
// quanta ends it. The end is a deadline, not a count.

module pause_hold (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,
  input  logic [63:0] now_i,

  input  logic        pause_i,   // a pause frame has come
  input  logic [15:0] quanta_i,
  output logic        hold_o,    // begin to send no frame

  output logic        idle_o,
  output logic [63:0] deadline_o
);
  localparam int unsigned QuantumLog2 = 9;  // nanoseconds at 1 Gb/s

  logic hold_q, over;
  logic [63:0] until_q;

  always_comb begin
    over = 1'b0;
    if (hold_q) over = now_i >= until_q;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      hold_q <= 1'b0;
    end else if (pause_i) begin
      hold_q <= quanta_i != '0;
      until_q <= now_i + {{(48 - QuantumLog2){1'b0}}, quanta_i, {QuantumLog2{1'b0}}};
    end else if (over) begin
      hold_q <= 1'b0;
    end
  end

  assign hold_o = hold_q;
  assign idle_o = !pause_i && !over;
  assign deadline_o = hold_q ? until_q : '1;
endmodule
