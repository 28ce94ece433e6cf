// SPDX-License-Identifier: MIT
//
// Delay of one direction's interrupt cause (82574L: RDTR and RADV, TIDV and TADV). An event starts the
// packet timer anew and, if it does not run, the absolute timer; the earlier of the two fires. A
// packet delay of 0 fires at once. `flush_i` (FPD, or any cause that is not delayed) fires what waits.

module irq_delay (
  input  logic        clk_i,
  input  logic        clear_i,
  input  logic [63:0] now_i,

  input  logic [15:0] packet_delay_i,    // in 1024 ns
  input  logic [15:0] absolute_delay_i,  // in 1024 ns; 0: none
  input  logic        event_i,
  input  logic        flush_i,

  output logic        due_o,             // time has come; does not depend on flush_i
  output logic        absolute_o,        // with due: the absolute timer's
  output logic        fire_o,
  output logic [63:0] deadline_o
);
  logic waiting_q, absolute_q;
  logic [63:0] fire_at_q, absolute_at_q;
  logic [63:0] packet_at, absolute_at;
  logic bounded;

  assign due_o = waiting_q && now_i >= fire_at_q;
  assign fire_o = (waiting_q && flush_i) || due_o || (event_i && (packet_delay_i == '0 || flush_i));

  assign bounded = absolute_delay_i != '0;

  always_comb begin
    packet_at = '0;
    absolute_at = absolute_at_q;
    if (event_i) begin
      packet_at = now_i + {38'd0, packet_delay_i, 10'd0};
      if (!waiting_q) absolute_at = bounded ? now_i + {38'd0, absolute_delay_i, 10'd0} : '1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      waiting_q <= 1'b0;
    end else if (fire_o) begin
      waiting_q <= 1'b0;
    end else if (event_i) begin
      waiting_q <= 1'b1;
      absolute_at_q <= absolute_at;
      fire_at_q <= packet_at < absolute_at ? packet_at : absolute_at;
      absolute_q <= absolute_at < packet_at;
    end
  end

  assign absolute_o = absolute_q;
  assign deadline_o = waiting_q ? fire_at_q : '1;
endmodule
