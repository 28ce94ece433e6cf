// SPDX-License-Identifier: MIT
//
// Collects beats of a packet stream into wider ones. The last wide beat of a packet may be partial;
// its lanes beyond are 0 in `keep_o`.

module stream_widen #(
  parameter int unsigned InW = 64,
  parameter int unsigned OutW = 512
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic [InW-1:0]    data_i,
  input  logic [InW/8-1:0]  keep_i,
  input  logic              last_i,
  input  logic              user_i,
  input  logic              valid_i,
  output logic              ready_o,

  output logic [OutW-1:0]   data_o,
  output logic [OutW/8-1:0] keep_o,
  output logic              last_o,
  output logic              user_o,
  output logic              valid_o,
  input  logic              ready_i,

  output logic              idle_o
);
  localparam int unsigned Ratio = OutW / InW;
  localparam int unsigned SlotW = $clog2(Ratio);

  logic [OutW-1:0] data_q;
  logic [OutW/8-1:0] keep_q;
  logic last_q, user_q, valid_q, take;
  logic [SlotW-1:0] slot_q;

  assign ready_o = !valid_q || ready_i;
  assign take = valid_i && ready_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      slot_q <= '0;
    end else begin
      if (take) begin
        valid_q <= last_i || slot_q == SlotW'(Ratio - 1);
        slot_q <= last_i ? '0 : slot_q + 1'b1;
      end else if (ready_i) begin
        valid_q <= 1'b0;
      end
    end
    if (take) begin
      data_q[slot_q*InW +: InW] <= data_i;
      if (slot_q == '0) keep_q <= (OutW / 8)'(keep_i);
      else keep_q[slot_q*(InW/8) +: InW/8] <= keep_i;
      last_q <= last_i;
      user_q <= user_i;
    end
  end

  assign data_o = data_q;
  assign keep_o = keep_q;
  assign last_o = last_q;
  assign user_o = user_q;
  assign valid_o = valid_q;
  assign idle_o = !take && !(valid_q && ready_i);
endmodule
