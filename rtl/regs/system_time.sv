// SPDX-License-Identifier: MIT
//
// IEEE 1588 (82574 fact sheet 2.6, 4.10, 5.9): the system time and the time stamps of a sent and of a
// received frame. Nothing counts: the time at an instant is base + (instant - origin) / period *
// increment, divided and multiplied at once, bit by bit from the top, four bits a clock, when somebody
// asks. So a sleeping card needs no clock edges to know the time.
//
// Reading SYSTIML, writing what changes the time, and reading of a received stamp that is being worked out
// waits for that (`wait_o`: the access is answered when it falls, a read with `late_rdata_o`): 56 clocks at
// most. A stamp is the time of the event, for a received frame `rx_at_i`, before it; it is kept until
// software reads its high half.

module system_time (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,
  input  logic [63:0] now_i,
  input  logic        en_i,             // strap

  input  logic        re_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,
  output logic        wait_o,
  output logic [31:0] late_rdata_o,

  // Frames that are to be stamped begin to leave, or came. `rx_open_o`: a stamp would be taken.
  input  logic        ev_tx_i,
  input  logic        ev_rx_i,
  input  logic [63:0] rx_at_i,
  input  logic [63:0] rx_attributes_i,  // of PTP: {sequence, source}
  output logic        rx_open_o,
  output logic [2:0]  rx_type_o,        // TSYNCRXCTL.TYPE

  output logic        idle_o
);
  localparam int unsigned TickNs = 40;
  localparam int unsigned Enable = 4;
  localparam logic [1:0] ForRead = 2'd0, ForChange = 2'd1, ForTx = 2'd2, ForRx = 2'd3;

  logic reset;
  assign reset = !rst_ni || srst_i;

  // Registers.
  logic [31:0] timinca_q, timadjl_q, timadjh_q, high_q, tx_control_q, rx_control_q, change_q;
  logic [16:0] change_addr_q;
  logic [63:0] base_q, origin_q, tx_stamp_q, rx_stamp_q, attributes_q;
  logic tx_valid_q, rx_valid_q;

  // What is asked for: at most one of each, with its instant.
  logic read_q, change_pending_q, tx_pending_q, rx_pending_q;
  logic [63:0] read_at_q, tx_at_q, rx_at_q;

  logic here, wr, rd, changes, tx_take, rx_take;
  // A read of what tells of a received stamp: it waits while that is worked out.
  logic of_rx_stamp, late_q, rd_now;
  logic [16:0] late_addr_q, rd_addr;
  assign here = (re_i || we_i) ? en_i && addr_i[16:6] == ringside_reg_pkg::SYSTIML_OFFSET[16:6] &&
                                 addr_i <= ringside_reg_pkg::RXSATRH_OFFSET : 1'b0;
  assign wr = here && we_i;
  assign rd = here && re_i;

  always_comb begin
    changes = 1'b0;
    if (wr) begin
      case (addr_i)
        ringside_reg_pkg::SYSTIML_OFFSET, ringside_reg_pkg::SYSTIMH_OFFSET, ringside_reg_pkg::TIMINCA_OFFSET,
        ringside_reg_pkg::TIMADJH_OFFSET: changes = 1'b1;
        default: ;
      endcase
    end
  end

  always_comb begin
    of_rx_stamp = 1'b0;
    if (rd) begin
      case (addr_i)
        ringside_reg_pkg::TSYNCRXCTL_OFFSET, ringside_reg_pkg::RXSTMPL_OFFSET, ringside_reg_pkg::RXSTMPH_OFFSET,
        ringside_reg_pkg::RXSATRL_OFFSET, ringside_reg_pkg::RXSATRH_OFFSET: of_rx_stamp = 1'b1;
        default: ;
      endcase
    end
  end
  assign rd_now = (rd && !(of_rx_stamp && rx_pending_q)) || (late_q && !rx_pending_q);
  assign rd_addr = late_q ? late_addr_q : addr_i;

  assign rx_open_o = en_i && rx_control_q[Enable] && !rx_valid_q && !rx_pending_q;
  assign rx_type_o = rx_control_q[3:1];
  assign tx_take = ev_tx_i && en_i && tx_control_q[Enable] && !tx_valid_q && !tx_pending_q;
  assign rx_take = ev_rx_i && rx_open_o;

  // The division.
  logic busy_q, start, ends;
  logic [1:0] what_q, what;
  logic [63:0] at, elapsed, num_q, quotient_q, quotient_d, result;
  logic [13:0] divisor, rem_q, rem_d;
  logic [4:0] steps_q;
  logic [23:0] increment;

  assign increment = timinca_q[23:0];
  assign divisor = 14'(TickNs) * 14'(timinca_q[31:24]);
  assign start = !busy_q && (read_q || tx_pending_q || rx_pending_q || change_pending_q);
  assign ends = busy_q && steps_q == '0;

  // A change comes last: what was asked before belongs to the time before it. A frame may have begun before
  // the last change and ended after it: its time is that of the change.
  always_comb begin
    what = ForChange;
    at = '0;
    elapsed = '0;
    if (start) begin
      if (rx_pending_q) what = ForRx;
      else if (tx_pending_q) what = ForTx;
      else if (read_q) what = ForRead;
      case (what)
        ForRx: at = rx_at_q;
        ForTx: at = tx_at_q;
        default: at = read_at_q;
      endcase
      elapsed = at - origin_q;
      if (elapsed[63]) elapsed = '0;
    end
  end

  always_comb begin
    rem_d = rem_q;
    quotient_d = quotient_q;
    if (busy_q) begin
      for (int unsigned i = 0; i < 4; i++) begin
        if ({rem_d, num_q[63-i]} >= {1'b0, divisor}) begin
          rem_d = 14'({rem_d, num_q[63-i]} - {1'b0, divisor});
          quotient_d = {quotient_d[62:0], 1'b0} + 64'(increment);
        end else begin
          rem_d = {rem_d[12:0], num_q[63-i]};
          quotient_d = {quotient_d[62:0], 1'b0};
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (reset) begin
      busy_q <= 1'b0;
    end else if (start) begin
      busy_q <= 1'b1;
    end else if (ends) begin
      busy_q <= 1'b0;
    end
    if (start) begin
      what_q <= what;
      num_q <= elapsed[63:32] == '0 ? {elapsed[31:0], 32'd0} : elapsed;
      steps_q <= divisor == '0 ? 5'd0 : (elapsed[63:32] == '0 ? 5'd8 : 5'd16);
      rem_q <= '0;
      quotient_q <= '0;
    end else if (busy_q && !ends) begin
      num_q <= {num_q[59:0], 4'd0};
      rem_q <= rem_d;
      quotient_q <= quotient_d;
      steps_q <= steps_q - 1'b1;
    end
  end

  assign result = base_q + quotient_q;
  assign late_rdata_o = late_q ? rdata_o : result[31:0];
  assign wait_o = (of_rx_stamp && rx_pending_q) || (late_q && rx_pending_q) ||
                  (rd && addr_i == ringside_reg_pkg::SYSTIML_OFFSET) || changes ||
                  ((read_q || change_pending_q) && !(ends && (what_q == ForRead || what_q == ForChange)));

  always_ff @(posedge clk_i) begin
    if (reset) begin
      {read_q, change_pending_q, tx_pending_q, rx_pending_q, tx_valid_q, rx_valid_q, late_q} <= '0;
    end else begin
      if (rd && addr_i == ringside_reg_pkg::SYSTIML_OFFSET) read_q <= 1'b1;
      else if (ends && what_q == ForRead) read_q <= 1'b0;
      if (changes) change_pending_q <= 1'b1;
      else if (ends && what_q == ForChange) change_pending_q <= 1'b0;
      if (tx_take) tx_pending_q <= 1'b1;
      else if (ends && what_q == ForTx) tx_pending_q <= 1'b0;
      if (rx_take) rx_pending_q <= 1'b1;
      else if (ends && what_q == ForRx) rx_pending_q <= 1'b0;
      if (ends && what_q == ForTx) tx_valid_q <= 1'b1;
      else if (rd && addr_i == ringside_reg_pkg::TXSTMPH_OFFSET) tx_valid_q <= 1'b0;
      if (ends && what_q == ForRx) rx_valid_q <= 1'b1;
      else if (rd_now && (rd_addr == ringside_reg_pkg::RXSTMPH_OFFSET || rd_addr == ringside_reg_pkg::RXSATRH_OFFSET))
        rx_valid_q <= 1'b0;
      if (of_rx_stamp && rx_pending_q) late_q <= 1'b1;
      else if (!rx_pending_q) late_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rd || changes) read_at_q <= now_i;
    if (tx_take) tx_at_q <= now_i;
    if (of_rx_stamp) late_addr_q <= addr_i;
    if (rx_take) begin
      rx_at_q <= rx_at_i;
      attributes_q <= rx_attributes_i;
    end
    if (changes) begin
      change_q <= wdata_i;
      change_addr_q <= addr_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (reset) begin
      timinca_q <= '0;
      timadjl_q <= '0;
      timadjh_q <= '0;
      tx_control_q <= '0;
      rx_control_q <= '0;
      base_q <= '0;
      origin_q <= now_i;
      high_q <= '0;
      tx_stamp_q <= '0;
      rx_stamp_q <= '0;
    end else begin
      if (wr) begin
        case (addr_i)
          ringside_reg_pkg::TIMADJL_OFFSET: timadjl_q <= wdata_i;
          ringside_reg_pkg::TSYNCTXCTL_OFFSET: tx_control_q <= wdata_i;
          ringside_reg_pkg::TSYNCRXCTL_OFFSET: rx_control_q <= wdata_i;
          default: ;
        endcase
      end
      if (ends) begin
        case (what_q)
          ForTx: tx_stamp_q <= result;
          ForRx: rx_stamp_q <= result;
          ForRead: high_q <= result[63:32];
          default: begin
            origin_q <= read_at_q;
            base_q <= result;
            case (change_addr_q)
              ringside_reg_pkg::SYSTIML_OFFSET: base_q[31:0] <= change_q;
              ringside_reg_pkg::SYSTIMH_OFFSET: base_q[63:32] <= change_q;
              ringside_reg_pkg::TIMADJH_OFFSET: begin
                timadjh_q <= change_q;
                base_q <= result + {change_q, timadjl_q};
              end
              default: timinca_q <= change_q;
            endcase
          end
        endcase
      end
    end
  end

  always_comb begin
    rdata_o = '0;
    if (rd_now) begin
      case (rd_addr)
        ringside_reg_pkg::SYSTIMH_OFFSET: rdata_o = high_q;
        ringside_reg_pkg::TIMINCA_OFFSET: rdata_o = timinca_q;
        ringside_reg_pkg::TIMADJL_OFFSET: rdata_o = timadjl_q;
        ringside_reg_pkg::TIMADJH_OFFSET: rdata_o = timadjh_q;
        ringside_reg_pkg::TSYNCTXCTL_OFFSET: rdata_o = tx_control_q | 32'(tx_valid_q);
        ringside_reg_pkg::TXSTMPL_OFFSET: rdata_o = tx_stamp_q[31:0];
        ringside_reg_pkg::TXSTMPH_OFFSET: rdata_o = tx_stamp_q[63:32];
        ringside_reg_pkg::TSYNCRXCTL_OFFSET: rdata_o = rx_control_q | 32'(rx_valid_q);
        ringside_reg_pkg::RXSTMPL_OFFSET: rdata_o = rx_stamp_q[31:0];
        ringside_reg_pkg::RXSTMPH_OFFSET: rdata_o = rx_stamp_q[63:32];
        ringside_reg_pkg::RXSATRL_OFFSET: rdata_o = attributes_q[31:0];
        ringside_reg_pkg::RXSATRH_OFFSET: rdata_o = attributes_q[63:32];
        default: ;
      endcase
    end
  end

  assign idle_o = !here && !busy_q && !start && !tx_take && !rx_take && !late_q;
endmodule
