// SPDX-License-Identifier: MIT
//
// When the card sends pause frames of its own (IEEE 802.3 annex 31B; fact sheet 2.1, 2.3, 4.1): XOFF when
// the receive buffer has filled to FCRTH, and again whenever of the time it asked for only FCRTV is left;
// XON, if FCRTL.XONE asks for it, when the buffer has emptied to FCRTL; and one XOFF at software's
// request (TCTL.SWXOFF). A request that has not left yet gives way to a later one.

module pause_send (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,
  input  logic [63:0] now_i,

  input  logic        en_i,        // CTRL.TFCE
  input  logic        watch_i,     // the buffer's level counts
  input  logic        software_i,  // pulse
  input  logic [16:0] level_i,     // bytes in the receive buffer
  input  logic [15:0] high_i,      // FCRTH; 0: the level does not count
  input  logic [15:0] low_i,       // FCRTL
  input  logic        xon_en_i,
  input  logic [15:0] time_i,      // FCTTV
  input  logic [15:0] refresh_i,   // FCRTV; 0: no XOFF is repeated

  output logic        valid_o,     // a frame is to be sent
  output logic        xoff_o,
  input  logic        taken_i,

  output logic        idle_o,
  output logic [63:0] deadline_o
);
  localparam int unsigned QuantumLog2 = 9;  // nanoseconds at 1 Gb/s

  logic valid_q, xoff_q, above_q, refresh_q;
  logic [63:0] refresh_at_q;
  logic watch, asked, rise, fall, due, leave, changes;
  logic [15:0] quanta;

  always_comb begin
    watch = en_i && watch_i && high_i != '0;
    rise = 1'b0;
    fall = 1'b0;
    due = 1'b0;
    leave = 1'b0;
    if (watch) begin
      rise = !above_q && level_i >= {1'b0, high_i};
      fall = above_q && level_i <= {1'b0, low_i};
      if (refresh_q) due = now_i >= refresh_at_q;
    end else begin
      leave = above_q || (valid_q && !en_i);
    end
    asked = software_i && en_i;
    changes = rise || fall || due || leave || taken_i || asked;
  end

  assign quanta = time_i - refresh_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      valid_q <= 1'b0;
      above_q <= 1'b0;
      refresh_q <= 1'b0;
    end else if (changes) begin
      if (rise) above_q <= 1'b1;
      else if (fall || leave) above_q <= 1'b0;

      if (fall || leave) begin
        refresh_q <= 1'b0;
      end else if (rise || due) begin
        refresh_q <= refresh_i != '0 && refresh_i < time_i;
        refresh_at_q <= now_i + {{(48 - QuantumLog2){1'b0}}, quanta, {QuantumLog2{1'b0}}};
      end

      if (leave && !en_i) begin
        valid_q <= 1'b0;
      end else if (fall) begin
        valid_q <= xon_en_i;
        xoff_q <= 1'b0;
      end else if (rise || due || asked) begin
        valid_q <= 1'b1;
        xoff_q <= 1'b1;
      end else if (taken_i) begin
        valid_q <= 1'b0;
      end
    end
  end

  assign valid_o = valid_q;
  assign xoff_o = xoff_q;
  assign idle_o = !changes;
  assign deadline_o = refresh_q ? refresh_at_q : '1;
endmodule
