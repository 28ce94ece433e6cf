// SPDX-License-Identifier: MIT
//
// The register side of the card for its tests: csr, irq_ctrl and stats as ringside_card wires them, the
// engines' heads as plain registers, events and statistics as ports.

module register_block (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        reset_kind_i,
  input  logic [63:0] now_i,
  input  logic [31:0] feature_en_i,
  input  logic [63:0] autoneg_ns_i,
  input  logic [47:0] mac_i,
  input  logic        bus_master_i,
  input  logic        link_up_i,
  input  logic [1:0]  irq_mode_i,
  input  logic        drained_i,
  input  logic [11:0] mta_index_i,
  output logic        mta_bit_o,

  input  logic [16:0] s_axil_awaddr_i,
  input  logic        s_axil_awvalid_i,
  output logic        s_axil_awready_o,
  input  logic [31:0] s_axil_wdata_i,
  input  logic [3:0]  s_axil_wstrb_i,
  input  logic        s_axil_wvalid_i,
  output logic        s_axil_wready_o,
  output logic        s_axil_bvalid_o,
  output logic [1:0]  s_axil_bresp_o,
  input  logic        s_axil_bready_i,
  input  logic [16:0] s_axil_araddr_i,
  input  logic        s_axil_arvalid_i,
  output logic        s_axil_arready_o,
  output logic        s_axil_rvalid_o,
  output logic [31:0] s_axil_rdata_o,
  output logic [1:0]  s_axil_rresp_o,
  input  logic        s_axil_rready_i,

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
  input  logic        rx_xon_i,
  input  logic        rx_xoff_i,
  input  logic        rx_control_i,
  input  logic        tx_xon_i,
  input  logic        tx_xoff_i,
  input  logic [3:0]  expired_i,
  input  logic        txqe_i,
  input  logic        txd_low_i,
  input  logic        rxdmt_i,
  input  logic        rxo_i,
  input  logic        ev_tx_stamp_i,
  input  logic        ev_rx_stamp_i,
  input  logic [63:0] rx_attributes_i,
  output logic        rx_open_o,
  output logic [2:0]  rx_type_o,

  input  logic [11:0] vfta_index_i,
  output logic        vfta_bit_o,
  input  logic [6:0]  reta_index_i,
  output logic        reta_queue_o,
  output logic [319:0] rss_key_o,
  output logic [1:0]  tx_enable_o,
  output logic        rx_pause_o,
  output logic        tx_pause_o,
  output logic        tx_xoff_o,
  input  logic        txoff_i,
  output logic [2*64-1:0] tx_ring_base_o,
  output logic [2*20-1:0] tx_ring_len_o,
  output logic [2*16-1:0] tx_tail_o,
  output logic [2*7-1:0] tx_low_o,
  output logic        rx_enable_o,
  output logic [2*64-1:0] rx_ring_base_o,
  output logic [2*20-1:0] rx_ring_len_o,
  output logic [2*16-1:0] rx_tail_o,
  output logic [31:0] psrctl_o,
  output logic [31:0] mrqc_o,
  output logic [15:0] vet_o,
  output logic        vlan_mode_o,
  output logic [16*32-1:0] ral_o,
  output logic [16*32-1:0] rah_o,
  output logic        link_o,
  output logic        loopback_o,

  output logic        irq_req_o,
  output logic [2:0]  irq_vec_o,
  input  logic        irq_ack_i,
  output logic        intx_o,
  output logic [4:0]  pba_clr_o,
  output logic        srst_o,
  output logic        idle_o,
  output logic [63:0] deadline_o
);
  logic [31:0] feature;
  logic acc_re, acc_we;
  logic [16:0] acc_addr;
  logic [31:0] acc_wraw, acc_wdata, irq_rdata, stats_rdata, time_rdata, time_late_rdata, pause_rdata, wake_rdata;
  logic wake_idle;
  logic time_wait, time_idle;
  logic [1:0] tx_head_we, rx_head_we;
  logic [2*16-1:0] tx_head_q, rx_head_q;
  logic [15:0] head_wdata;
  logic iame, pba_clr_en, timers_clear_en, ev_lsc, ev_mdac, ev_irq_sent;
  logic csr_idle, irq_idle, stats_idle;
  logic [63:0] csr_deadline, irq_deadline;

  csr #(
    .Built('1)
  ) i_csr (
    .clk_i, .rst_ni, .reset_kind_i, .now_i, .feature_en_i, .feature_o(feature), .autoneg_ns_i, .mac_i, .bus_master_i, .link_up_i,
    .s_axil_awaddr_i, .s_axil_awvalid_i, .s_axil_awready_o, .s_axil_wdata_i, .s_axil_wstrb_i,
    .s_axil_wvalid_i, .s_axil_wready_o, .s_axil_bvalid_o, .s_axil_bresp_o, .s_axil_bready_i,
    .s_axil_araddr_i, .s_axil_arvalid_i, .s_axil_arready_o, .s_axil_rvalid_o, .s_axil_rdata_o,
    .s_axil_rresp_o, .s_axil_rready_i,
    .srst_o,
    .acc_re_o(acc_re), .acc_we_o(acc_we), .acc_addr_o(acc_addr), .acc_wraw_o(acc_wraw),
    .acc_wdata_o(acc_wdata), .irq_rdata_i(irq_rdata), .stats_rdata_i(stats_rdata),
    .time_rdata_i(time_rdata | pause_rdata | wake_rdata), .time_wait_i(time_wait), .time_late_rdata_i(time_late_rdata),
    .tx_enable_o,
    .tx_psp_o(), .rx_pause_o, .tx_pause_o, .tx_xoff_o, .txoff_i,
    .tx_ring_base_o, .tx_ring_len_o, .tx_tail_o, .tx_low_o,
    .tx_head_we_o(tx_head_we), .tx_head_i(tx_head_q),
    .rx_enable_o,
    .rctl_o(), .rfctl_o(), .rxcsum_o(), .psrctl_o, .mrqc_o, .rsrpd_o(),
    .ral_o, .rah_o,
    .rx_ring_base_o, .rx_ring_len_o, .rx_tail_o,
    .rx_head_we_o(rx_head_we), .rx_head_i(rx_head_q), .head_wdata_o(head_wdata),
    .vlan_mode_o, .vet_o, .rxmtrl_o(), .rxudp_o(),
    .mta_index_i, .mta_bit_o, .vfta_index_i, .vfta_bit_o, .reta_index_i, .reta_queue_o, .rss_key_o,
    .drained_i,
    .iame_o(iame), .pba_clr_en_o(pba_clr_en), .timers_clear_en_o(timers_clear_en),
    .ev_lsc_o(ev_lsc), .ev_mdac_o(ev_mdac),
    .link_o, .loopback_o,
    .idle_o(csr_idle), .deadline_o(csr_deadline)
  );

  irq_ctrl i_irq (
    .clk_i, .rst_ni,
    .srst_i(srst_o),
    .now_i, .irq_mode_i,
    .moderation_en_i(feature[ringside_reg_pkg::RS_FEATURES_MODERATION_BIT]),
    .iame_i(iame), .pba_clr_en_i(pba_clr_en), .timers_clear_en_i(timers_clear_en),
    .re_i(acc_re), .we_i(acc_we), .addr_i(acc_addr), .wraw_i(acc_wraw), .wdata_i(acc_wdata),
    .rdata_o(irq_rdata),
    .tx_wb_all_o(),
    .ev_tx_wb_i(2'b0), .ev_tx_wb_ide_i(2'b0), .ev_txqe_i(1'b0), .ev_txd_low_i(1'b0), .ev_rx_wb_i(2'b0), .ev_rxdmt_i(1'b0),
    .ev_rxo_i(1'b0), .ev_srpd_i(1'b0), .ev_ack_i(1'b0), .ev_lsc_i(ev_lsc), .ev_mdac_i(ev_mdac),
    .irq_req_o, .irq_vec_o, .irq_ack_i, .intx_o, .pba_clr_o,
    .ev_sent_o(ev_irq_sent), .ev_expired_o(),
    .idle_o(irq_idle), .deadline_o(irq_deadline)
  );

  system_time i_time (
    .clk_i, .rst_ni,
    .srst_i(srst_o),
    .now_i,
    .en_i(feature[ringside_reg_pkg::RS_FEATURES_PTP_BIT]),
    .re_i(acc_re), .we_i(acc_we), .addr_i(acc_addr), .wdata_i(acc_wdata), .rdata_o(time_rdata),
    .wait_o(time_wait), .late_rdata_o(time_late_rdata),
    .ev_tx_i(ev_tx_stamp_i), .ev_rx_i(ev_rx_stamp_i), .rx_at_i(now_i), .rx_attributes_i,
    .rx_open_o, .rx_type_o,
    .idle_o(time_idle)
  );

  stats i_stats (
    .clk_i, .rst_ni,
    .srst_i(srst_o),
    .re_i(acc_re), .addr_i(acc_addr), .rdata_o(stats_rdata),
    .tx_frame_i, .tx_len_i, .tx_mcast_i, .tx_bcast_i, .tx_tso_i, .tx_tso_fail_i,
    .rx_frame_i, .rx_len_i, .rx_mcast_i, .rx_bcast_i, .rx_total_i, .rx_mpc_i, .rx_rnbc_i, .rx_ruc_i,
    .rx_rfc_i, .rx_roc_i, .rx_rjc_i, .rx_crcerr_i,
    .rx_xon_i, .rx_xoff_i, .rx_control_i, .tx_xon_i, .tx_xoff_i,
    .irq_i(ev_irq_sent),
    .causes_en_i(feature[ringside_reg_pkg::RS_FEATURES_STATS_BIT]), .expired_i, .txqe_i, .txd_low_i, .rxdmt_i, .rxo_i,
    .idle_o(stats_idle)
  );

  wake_regs i_wake (
    .clk_i, .rst_ni, .reset_kind_i,
    .srst_i(srst_o),
    .asleep_i(1'b0),
    .req_i(acc_re || acc_we), .we_i(acc_we), .addr_i(acc_addr), .wdata_i(acc_wdata), .wraw_i(acc_wraw),
    .rdata_o(wake_rdata),
    .valid_o(), .ip4_o(), .ip6_o(), .flex_len_o(),
    .look_i(1'b0), .look_byte_i(7'd0), .flex_mask_o(), .flex_value_o(),
    .byte_valid_i(1'b0), .byte_index_i(7'd0), .byte_i(8'd0), .length_i(12'd0),
    .ev_link_i(1'b0), .ev_frame_i(11'd0), .pme_o(),
    .idle_o(wake_idle)
  );

  pause_regs i_pause_regs (
    .clk_i,
    .clear_i(!rst_ni || srst_o),
    .req_i(acc_re || acc_we), .we_i(acc_we), .addr_i(acc_addr), .wdata_i(acc_wdata), .rdata_o(pause_rdata),
    .address_o(), .type_o(), .time_o(), .refresh_o(), .high_o(), .low_o(), .xon_en_o()
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_o) begin
      tx_head_q <= '0;
      rx_head_q <= '0;
    end else begin
      for (int unsigned r = 0; r < 2; r++) begin
        if (tx_head_we[r]) tx_head_q[16*r +: 16] <= head_wdata;
        if (rx_head_we[r]) rx_head_q[16*r +: 16] <= head_wdata;
      end
    end
  end

  assign idle_o = csr_idle && irq_idle && stats_idle && time_idle && wake_idle;
  assign deadline_o = csr_deadline < irq_deadline ? csr_deadline : irq_deadline;
endmodule
