// SPDX-License-Identifier: MIT
//
// Finds MAC control frames (IEEE 802.3 clause 31) that are meant for this station, by a frame's first
// bytes: the type of FCT, sent to the address in FCAL and FCAH or to the station itself. Of these, pause
// frames (annex 31B) have the opcode 1 and name for how many quanta to be silent.
// The verdict is given from the cycle after `load_i` until the next.

module pause_detect (
  input  logic         clk_i,
  input  logic         en_i,
  input  logic         load_i,
  input  logic [143:0] head_i,     // first byte on the wire in bits 7:0, as in the addresses
  input  logic [47:0]  address_i,
  input  logic [47:0]  station_i,
  input  logic [15:0]  type_i,

  output logic         pause_o,
  output logic         unknown_o,  // MAC control, but not pause
  output logic [15:0]  quanta_o
);
  localparam logic [15:0] OpcodePause = 16'd1;

  logic control, pause_q, unknown_q;
  logic [15:0] opcode, quanta_q;

  always_comb begin
    control = 1'b0;
    opcode = '0;
    if (en_i && load_i && {head_i[103:96], head_i[111:104]} == type_i) begin
      control = head_i[47:0] == address_i || head_i[47:0] == station_i;
      opcode = {head_i[119:112], head_i[127:120]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      pause_q <= control && opcode == OpcodePause;
      unknown_q <= control && opcode != OpcodePause;
      if (control) quanta_q <= {head_i[135:128], head_i[143:136]};
    end
  end

  assign pause_o = pause_q;
  assign unknown_o = unknown_q;
  assign quanta_o = quanta_q;

  logic unused;
  assign unused = ^head_i[95:48];
endmodule
