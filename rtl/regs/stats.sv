// SPDX-License-Identifier: MIT
//
// Statistics: counters that stick at their greatest value and that reading clears (64-bit pairs: the
// high half clears both). An event in the cycle of the read counts in the value left behind, so
// nothing is lost. Lengths come without the 4 bytes of FCS that the counters include.

module stats (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,

  input  logic        re_i,
  input  logic [16:0] addr_i,
  output logic [31:0] rdata_o,

  input  logic        tx_frame_i,
  input  logic [15:0] tx_len_i,
  input  logic        tx_mcast_i,
  input  logic        tx_bcast_i,
  input  logic        tx_tso_i,
  input  logic        tx_tso_fail_i,

  input  logic        rx_frame_i,
  input  logic [15:0] rx_len_i,
  input  logic        rx_mcast_i,
  input  logic        rx_bcast_i,
  input  logic        rx_total_i,
  input  logic        rx_mpc_i,
  input  logic        rx_rnbc_i,
  input  logic        rx_ruc_i,
  input  logic        rx_rfc_i,
  input  logic        rx_roc_i,
  input  logic        rx_rjc_i,
  input  logic        rx_crcerr_i,

  // Flow control. Sent frames count among all that were sent, but not among the good ones.
  input  logic        rx_xon_i,
  input  logic        rx_xoff_i,
  input  logic        rx_control_i,  // MAC control, but not pause
  input  logic        tx_xon_i,
  input  logic        tx_xoff_i,

  input  logic        irq_i,
  input  logic        causes_en_i,  // count interrupt causes
  input  logic [3:0]  expired_i,    // delays: transmit absolute, packet, receive absolute, packet
  input  logic        txqe_i,
  input  logic        txd_low_i,
  input  logic        rxdmt_i,
  input  logic        rxo_i,

  output logic        idle_o
);
  localparam int unsigned Counters = 44;
  localparam int unsigned Bins = 6;

  // Places of the 32-bit counters.
  localparam int unsigned Crcerrs = 0, Mpc = 1, Prc = 2, Gprc = 8, Bprc = 9, Mprc = 10, Gptc = 11;
  localparam int unsigned Rnbc = 12, Ruc = 13, Roc = 14, Tpr = 15, Tpt = 16, Ptc = 17, Mptc = 23;
  localparam int unsigned Bptc = 24, Tsctc = 25, Tsctfc = 26, Iac = 27;
  localparam int unsigned Icrxptc = 28, Icrxatc = 29, Ictxptc = 30, Ictxatc = 31, Ictxqec = 32, Icrxdmtc = 33;
  localparam int unsigned Icrxoc = 34, Xonrxc = 35, Xontxc = 36, Xoffrxc = 37, Xofftxc = 38, Fcruc = 39;
  localparam int unsigned Rlec = 40, Rfc = 41, Rjc = 42, Ictxqmtc = 43;
  localparam logic [63:0] PauseOctets = 64'd64;

  logic [Counters*32-1:0] count_q;
  logic [63:0] good_rx_q, good_tx_q, total_rx_q, total_tx_q;

  logic [Counters-1:0] up, down;
  logic event_any, wrong_length, cause, flow, tx_pause, read_any;
  logic good_rx_clear, good_tx_clear, total_rx_clear, total_tx_clear;
  logic [63:0] rx_octets, tx_octets;

  // One bit: the bin of a frame's length, FCS included.
  function automatic logic [Bins-1:0] bin(input logic [15:0] len);
    if (len <= 16'd60) bin = 6'b000001;
    else if (len <= 16'd123) bin = 6'b000010;
    else if (len <= 16'd251) bin = 6'b000100;
    else if (len <= 16'd507) bin = 6'b001000;
    else if (len <= 16'd1019) bin = 6'b010000;
    else bin = 6'b100000;
  endfunction

  function automatic logic [31:0] next32(input logic [31:0] old, input logic clear, input logic inc);
    if (clear) next32 = 32'(inc);
    else next32 = old == '1 ? old : old + 32'(inc);
  endfunction

  function automatic logic [63:0] next64(input logic [63:0] old, input logic clear, input logic [63:0] add);
    logic [64:0] sum;
    sum = {1'b0, clear ? 64'd0 : old} + {1'b0, add};
    next64 = sum[64] ? '1 : sum[63:0];
  endfunction

  assign event_any = tx_frame_i || tx_tso_i || tx_tso_fail_i || rx_frame_i || rx_total_i || rx_mpc_i ||
                     rx_rnbc_i || wrong_length || rx_crcerr_i || irq_i || cause || flow;
  assign wrong_length = rx_ruc_i || rx_rfc_i || rx_roc_i || rx_rjc_i;
  assign flow = rx_xon_i || rx_xoff_i || rx_control_i || tx_pause;
  assign tx_pause = tx_xon_i || tx_xoff_i;
  assign cause = causes_en_i && (expired_i != '0 || txqe_i || txd_low_i || rxdmt_i || rxo_i);

  always_comb begin
    up = '0;
    if (event_any) begin
      up[Crcerrs] = rx_crcerr_i;
      up[Mpc] = rx_mpc_i;
      up[Rnbc] = rx_rnbc_i;
      if (wrong_length) begin
        up[Rlec] = 1'b1;
        up[Ruc] = rx_ruc_i;
        up[Rfc] = rx_rfc_i;
        up[Roc] = rx_roc_i;
        up[Rjc] = rx_rjc_i;
      end
      up[Tpr] = rx_total_i;
      up[Iac] = irq_i;
      up[Tsctc] = tx_tso_i;
      up[Tsctfc] = tx_tso_fail_i;
      if (cause) begin
        up[Icrxptc +: 4] = expired_i;
        up[Ictxqec] = txqe_i;
        up[Ictxqmtc] = txd_low_i;
        up[Icrxdmtc] = rxdmt_i;
        up[Icrxoc] = rxo_i;
      end
      if (flow) begin
        up[Xonrxc] = rx_xon_i;
        up[Xontxc] = tx_xon_i;
        up[Xoffrxc] = rx_xoff_i;
        up[Xofftxc] = tx_xoff_i;
        up[Fcruc] = rx_control_i;
        up[Tpt] = tx_pause;
      end
      if (rx_frame_i) begin
        up[Prc +: Bins] = bin(rx_len_i);
        up[Gprc] = 1'b1;
        up[Bprc] = rx_bcast_i;
        up[Mprc] = rx_mcast_i && !rx_bcast_i;
      end
      if (tx_frame_i) begin
        up[Ptc +: Bins] = bin(tx_len_i);
        up[Gptc] = 1'b1;
        up[Tpt] = 1'b1;
        up[Bptc] = tx_bcast_i;
        up[Mptc] = tx_mcast_i && !tx_bcast_i;
      end
    end
  end

  assign read_any = re_i && addr_i[16:12] == 5'h04;

  always_comb begin
    rdata_o = '0;
    down = '0;
    good_rx_clear = 1'b0;
    good_tx_clear = 1'b0;
    total_rx_clear = 1'b0;
    total_tx_clear = 1'b0;
    if (read_any) begin
      case (addr_i)
        ringside_reg_pkg::CRCERRS_OFFSET: begin rdata_o = count_q[Crcerrs*32 +: 32]; down[Crcerrs] = 1'b1; end
        ringside_reg_pkg::MPC_OFFSET: begin rdata_o = count_q[Mpc*32 +: 32]; down[Mpc] = 1'b1; end
        ringside_reg_pkg::RLEC_OFFSET: begin rdata_o = count_q[Rlec*32 +: 32]; down[Rlec] = 1'b1; end
        ringside_reg_pkg::XONRXC_OFFSET: begin rdata_o = count_q[Xonrxc*32 +: 32]; down[Xonrxc] = 1'b1; end
        ringside_reg_pkg::XONTXC_OFFSET: begin rdata_o = count_q[Xontxc*32 +: 32]; down[Xontxc] = 1'b1; end
        ringside_reg_pkg::XOFFRXC_OFFSET: begin rdata_o = count_q[Xoffrxc*32 +: 32]; down[Xoffrxc] = 1'b1; end
        ringside_reg_pkg::XOFFTXC_OFFSET: begin rdata_o = count_q[Xofftxc*32 +: 32]; down[Xofftxc] = 1'b1; end
        ringside_reg_pkg::FCRUC_OFFSET: begin rdata_o = count_q[Fcruc*32 +: 32]; down[Fcruc] = 1'b1; end
        ringside_reg_pkg::PRC64_OFFSET: begin rdata_o = count_q[Prc*32 +: 32]; down[Prc] = 1'b1; end
        ringside_reg_pkg::PRC127_OFFSET: begin rdata_o = count_q[(Prc + 1)*32 +: 32]; down[Prc + 1] = 1'b1; end
        ringside_reg_pkg::PRC255_OFFSET: begin rdata_o = count_q[(Prc + 2)*32 +: 32]; down[Prc + 2] = 1'b1; end
        ringside_reg_pkg::PRC511_OFFSET: begin rdata_o = count_q[(Prc + 3)*32 +: 32]; down[Prc + 3] = 1'b1; end
        ringside_reg_pkg::PRC1023_OFFSET: begin rdata_o = count_q[(Prc + 4)*32 +: 32]; down[Prc + 4] = 1'b1; end
        ringside_reg_pkg::PRC1522_OFFSET: begin rdata_o = count_q[(Prc + 5)*32 +: 32]; down[Prc + 5] = 1'b1; end
        ringside_reg_pkg::GPRC_OFFSET: begin rdata_o = count_q[Gprc*32 +: 32]; down[Gprc] = 1'b1; end
        ringside_reg_pkg::BPRC_OFFSET: begin rdata_o = count_q[Bprc*32 +: 32]; down[Bprc] = 1'b1; end
        ringside_reg_pkg::MPRC_OFFSET: begin rdata_o = count_q[Mprc*32 +: 32]; down[Mprc] = 1'b1; end
        ringside_reg_pkg::GPTC_OFFSET: begin rdata_o = count_q[Gptc*32 +: 32]; down[Gptc] = 1'b1; end
        ringside_reg_pkg::RNBC_OFFSET: begin rdata_o = count_q[Rnbc*32 +: 32]; down[Rnbc] = 1'b1; end
        ringside_reg_pkg::RUC_OFFSET: begin rdata_o = count_q[Ruc*32 +: 32]; down[Ruc] = 1'b1; end
        ringside_reg_pkg::RFC_OFFSET: begin rdata_o = count_q[Rfc*32 +: 32]; down[Rfc] = 1'b1; end
        ringside_reg_pkg::RJC_OFFSET: begin rdata_o = count_q[Rjc*32 +: 32]; down[Rjc] = 1'b1; end
        ringside_reg_pkg::ROC_OFFSET: begin rdata_o = count_q[Roc*32 +: 32]; down[Roc] = 1'b1; end
        ringside_reg_pkg::TPR_OFFSET: begin rdata_o = count_q[Tpr*32 +: 32]; down[Tpr] = 1'b1; end
        ringside_reg_pkg::TPT_OFFSET: begin rdata_o = count_q[Tpt*32 +: 32]; down[Tpt] = 1'b1; end
        ringside_reg_pkg::PTC64_OFFSET: begin rdata_o = count_q[Ptc*32 +: 32]; down[Ptc] = 1'b1; end
        ringside_reg_pkg::PTC127_OFFSET: begin rdata_o = count_q[(Ptc + 1)*32 +: 32]; down[Ptc + 1] = 1'b1; end
        ringside_reg_pkg::PTC255_OFFSET: begin rdata_o = count_q[(Ptc + 2)*32 +: 32]; down[Ptc + 2] = 1'b1; end
        ringside_reg_pkg::PTC511_OFFSET: begin rdata_o = count_q[(Ptc + 3)*32 +: 32]; down[Ptc + 3] = 1'b1; end
        ringside_reg_pkg::PTC1023_OFFSET: begin rdata_o = count_q[(Ptc + 4)*32 +: 32]; down[Ptc + 4] = 1'b1; end
        ringside_reg_pkg::PTC1522_OFFSET: begin rdata_o = count_q[(Ptc + 5)*32 +: 32]; down[Ptc + 5] = 1'b1; end
        ringside_reg_pkg::MPTC_OFFSET: begin rdata_o = count_q[Mptc*32 +: 32]; down[Mptc] = 1'b1; end
        ringside_reg_pkg::BPTC_OFFSET: begin rdata_o = count_q[Bptc*32 +: 32]; down[Bptc] = 1'b1; end
        ringside_reg_pkg::TSCTC_OFFSET: begin rdata_o = count_q[Tsctc*32 +: 32]; down[Tsctc] = 1'b1; end
        ringside_reg_pkg::TSCTFC_OFFSET: begin rdata_o = count_q[Tsctfc*32 +: 32]; down[Tsctfc] = 1'b1; end
        ringside_reg_pkg::IAC_OFFSET: begin rdata_o = count_q[Iac*32 +: 32]; down[Iac] = 1'b1; end
        ringside_reg_pkg::ICRXPTC_OFFSET: begin rdata_o = count_q[Icrxptc*32 +: 32]; down[Icrxptc] = 1'b1; end
        ringside_reg_pkg::ICRXATC_OFFSET: begin rdata_o = count_q[Icrxatc*32 +: 32]; down[Icrxatc] = 1'b1; end
        ringside_reg_pkg::ICTXPTC_OFFSET: begin rdata_o = count_q[Ictxptc*32 +: 32]; down[Ictxptc] = 1'b1; end
        ringside_reg_pkg::ICTXATC_OFFSET: begin rdata_o = count_q[Ictxatc*32 +: 32]; down[Ictxatc] = 1'b1; end
        ringside_reg_pkg::ICTXQEC_OFFSET: begin rdata_o = count_q[Ictxqec*32 +: 32]; down[Ictxqec] = 1'b1; end
        ringside_reg_pkg::ICTXQMTC_OFFSET: begin rdata_o = count_q[Ictxqmtc*32 +: 32]; down[Ictxqmtc] = 1'b1; end
        ringside_reg_pkg::ICRXDMTC_OFFSET: begin rdata_o = count_q[Icrxdmtc*32 +: 32]; down[Icrxdmtc] = 1'b1; end
        ringside_reg_pkg::ICRXOC_OFFSET: begin rdata_o = count_q[Icrxoc*32 +: 32]; down[Icrxoc] = 1'b1; end
        ringside_reg_pkg::GORCL_OFFSET: rdata_o = good_rx_q[31:0];
        ringside_reg_pkg::GORCH_OFFSET: begin rdata_o = good_rx_q[63:32]; good_rx_clear = 1'b1; end
        ringside_reg_pkg::GOTCL_OFFSET: rdata_o = good_tx_q[31:0];
        ringside_reg_pkg::GOTCH_OFFSET: begin rdata_o = good_tx_q[63:32]; good_tx_clear = 1'b1; end
        ringside_reg_pkg::TORL_OFFSET: rdata_o = total_rx_q[31:0];
        ringside_reg_pkg::TORH_OFFSET: begin rdata_o = total_rx_q[63:32]; total_rx_clear = 1'b1; end
        ringside_reg_pkg::TOTL_OFFSET: rdata_o = total_tx_q[31:0];
        ringside_reg_pkg::TOTH_OFFSET: begin rdata_o = total_tx_q[63:32]; total_tx_clear = 1'b1; end
        default: ;
      endcase
    end
  end

  assign rx_octets = 64'(rx_len_i) + 64'd4;
  assign tx_octets = 64'(tx_len_i) + 64'd4;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      count_q <= '0;
    end else if (event_any || read_any) begin
      for (int unsigned i = 0; i < Counters; i++) begin
        if (up[i] || down[i]) count_q[i*32 +: 32] <= next32(count_q[i*32 +: 32], down[i], up[i]);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      good_rx_q <= '0;
      good_tx_q <= '0;
      total_rx_q <= '0;
      total_tx_q <= '0;
    end else if (event_any || read_any) begin
      if (good_rx_clear || rx_frame_i)
        good_rx_q <= next64(good_rx_q, good_rx_clear, rx_frame_i ? rx_octets : '0);
      if (total_rx_clear || rx_total_i)
        total_rx_q <= next64(total_rx_q, total_rx_clear, rx_total_i ? rx_octets : '0);
      if (good_tx_clear || tx_frame_i)
        good_tx_q <= next64(good_tx_q, good_tx_clear, tx_frame_i ? tx_octets : '0);
      if (total_tx_clear || tx_frame_i || tx_pause)
        total_tx_q <= next64(total_tx_q, total_tx_clear, tx_pause ? PauseOctets : tx_frame_i ? tx_octets : '0);
    end
  end

  assign idle_o = !event_any && !read_any;
endmodule
