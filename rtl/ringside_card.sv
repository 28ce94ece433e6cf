// SPDX-License-Identifier: MIT
//
// The card: registers, interrupt controller, transmit and receive engine, and the DMA masters that
// serve them. Ports and rules: docs/rtl.md.

module ringside_card #(
  parameter int unsigned DataW = 1024,
  // 0: not synthesized, and absent from the feature word.
  parameter bit EnTso = 1'b1,
  parameter bit EnTxCsum = 1'b1,
  parameter bit EnQueues = 1'b1,
  parameter bit EnRxCsum = 1'b1,
  parameter bit EnVlan = 1'b1,   // receive; what transmit inserts costs next to nothing
  parameter bit EnRss = 1'b1,
  parameter bit EnSplit = 1'b1,
  parameter bit EnPause = 1'b1,
  parameter bit EnPtp = 1'b1,
  parameter bit EnPacketCsum = 1'b1
) (
  input  logic               clk_i,
  input  logic               clk_tx_i,    // clk_i, or clk_i without the edges at which the
  input  logic               clk_rx_i,    // block is idle
  input  logic               clk_regs_i,
  input  logic               rst_ni,
  input  logic [63:0]        now_i,
  output logic               idle_o,
  output logic [2:0]         block_idle_o,  // registers and interrupts, rx, tx
  output logic [63:0]        deadline_o,

  // Configuration, stable.
  input  logic [31:0]        feature_en_i,
  input  logic [63:0]        autoneg_ns_i,
  input  logic [47:0]        mac_i,
  input  logic               line_drop_i,

  // State of the PCI function.
  input  logic               bus_master_i,
  input  logic               link_up_i,
  input  logic               asleep_i,    // D3hot
  input  logic [1:0]         irq_mode_i,
  input  logic               reset_kind_i,

  // Registers: AXI4-Lite slave.
  input  logic [16:0]        s_axil_awaddr_i,
  input  logic               s_axil_awvalid_i,
  output logic               s_axil_awready_o,
  input  logic [31:0]        s_axil_wdata_i,
  input  logic [3:0]         s_axil_wstrb_i,
  input  logic               s_axil_wvalid_i,
  output logic               s_axil_wready_o,
  output logic               s_axil_bvalid_o,
  output logic [1:0]         s_axil_bresp_o,
  input  logic               s_axil_bready_i,
  input  logic [16:0]        s_axil_araddr_i,
  input  logic               s_axil_arvalid_i,
  output logic               s_axil_arready_o,
  output logic               s_axil_rvalid_o,
  output logic [31:0]        s_axil_rdata_o,
  output logic [1:0]         s_axil_rresp_o,
  input  logic               s_axil_rready_i,

  // DMA: AXI4 master.
  output logic [63:0]        m_axi_araddr_o,
  output logic [7:0]         m_axi_arlen_o,
  output logic               m_axi_arvalid_o,
  input  logic               m_axi_arready_i,
  input  logic [DataW-1:0]   m_axi_rdata_i,
  input  logic [1:0]         m_axi_rresp_i,
  input  logic               m_axi_rlast_i,
  input  logic               m_axi_rvalid_i,
  output logic               m_axi_rready_o,
  output logic [63:0]        m_axi_awaddr_o,
  output logic [7:0]         m_axi_awlen_o,
  output logic               m_axi_awvalid_o,
  input  logic               m_axi_awready_i,
  output logic [DataW-1:0]   m_axi_wdata_o,
  output logic [DataW/8-1:0] m_axi_wstrb_o,
  output logic               m_axi_wlast_o,
  output logic               m_axi_wvalid_o,
  input  logic               m_axi_wready_i,
  input  logic [1:0]         m_axi_bresp_i,
  input  logic               m_axi_bvalid_i,
  output logic               m_axi_bready_o,

  // Wire: AXI4-Stream out and in.
  output logic [DataW-1:0]   m_axis_tdata_o,
  output logic [DataW/8-1:0] m_axis_tkeep_o,
  output logic               m_axis_tlast_o,
  output logic               m_axis_tuser_o,
  output logic               m_axis_tvalid_o,
  input  logic               m_axis_tready_i,
  input  logic [DataW-1:0]   s_axis_tdata_i,
  input  logic [DataW/8-1:0] s_axis_tkeep_i,
  input  logic               s_axis_tlast_i,
  input  logic               s_axis_tuser_i,
  input  logic               s_axis_tvalid_i,
  output logic               s_axis_tready_o,

  // Interrupts.
  output logic               irq_req_o,
  output logic [2:0]         irq_vec_o,
  input  logic               irq_ack_i,
  output logic               intx_o,
  output logic [4:0]         pba_clr_o,
  output logic               pme_o,       // pulse: what WUFC names has come in D3hot

  output logic [3:0]         busy_o
);
  localparam int unsigned FeatTso = ringside_reg_pkg::RS_FEATURES_TSO_BIT;
  localparam int unsigned FeatTxCsum = ringside_reg_pkg::RS_FEATURES_TX_CSUM_BIT;
  localparam int unsigned FeatRxCsum = ringside_reg_pkg::RS_FEATURES_RX_CSUM_BIT;
  localparam int unsigned FeatModeration = ringside_reg_pkg::RS_FEATURES_MODERATION_BIT;
  localparam int unsigned FeatStats = ringside_reg_pkg::RS_FEATURES_STATS_BIT;
  localparam int unsigned FeatPtp = ringside_reg_pkg::RS_FEATURES_PTP_BIT;
  localparam int unsigned FeatVlan = ringside_reg_pkg::RS_FEATURES_VLAN_BIT;
  localparam int unsigned FeatRss = ringside_reg_pkg::RS_FEATURES_RSS_BIT;
  localparam int unsigned FeatSplit = ringside_reg_pkg::RS_FEATURES_SPLIT_BIT;
  localparam int unsigned FeatPause = ringside_reg_pkg::RS_FEATURES_PAUSE_BIT;
  localparam int unsigned FeatDetect = ringside_reg_pkg::RS_FEATURES_DETECT_BIT;
  localparam int unsigned FeatPacketCsum = ringside_reg_pkg::RS_FEATURES_PACKET_CSUM_BIT;
  localparam int unsigned FeatQueues = ringside_reg_pkg::RS_FEATURES_QUEUES_BIT;

  // Features that are synthesized; of these, the ones switched on.
  localparam logic [31:0] Built = ringside_reg_pkg::RS_FEATURES_RESET &
      ~((EnTso ? 32'd0 : 32'd1 << FeatTso) | (EnTxCsum ? 32'd0 : 32'd1 << FeatTxCsum) |
        (EnQueues ? 32'd0 : 32'd1 << FeatQueues) | (EnRxCsum ? 32'd0 : 32'd1 << FeatRxCsum) |
        (EnVlan ? 32'd0 : 32'd1 << FeatVlan) | (EnRss && EnQueues ? 32'd0 : 32'd1 << FeatRss) |
        (EnSplit ? 32'd0 : 32'd1 << FeatSplit) | (EnPause ? 32'd0 : 32'd1 << FeatPause) |
        (EnPtp ? 32'd0 : 32'd1 << FeatPtp) | (EnPacketCsum ? 32'd0 : 32'd1 << FeatPacketCsum));
  logic [31:0] feature;

  // Register bus.
  logic srst, acc_re, acc_we;
  logic [16:0] acc_addr;
  logic [31:0] acc_wraw, acc_wdata, irq_rdata, stats_rdata, time_rdata, time_late_rdata, use_rdata, pause_rdata;
  logic time_wait;

  // Registers to engines, and back.
  logic tx_psp, tx_wb_all, rx_enable, mta_bit, vfta_bit, reta_queue, vlan_mode, link;
  logic [1:0] tx_enable, tx_head_we, rx_head_we;
  logic [2*64-1:0] tx_ring_base, rx_ring_base;
  logic [2*20-1:0] tx_ring_len, rx_ring_len;
  logic [2*16-1:0] tx_tail, tx_head, rx_tail, rx_head;
  logic [2*7-1:0] tx_low;
  logic [15:0] head_wdata, vet, rxudp;
  logic [31:0] rctl, rfctl, rxcsum, psrctl, mrqc, rxmtrl;
  logic [16*32-1:0] ral, rah;
  logic [11:0] mta_index, vfta_index, rsrpd;
  logic [6:0] reta_index;
  logic [319:0] rss_key;
  logic iame, pba_clr_en, timers_clear_en;

  // Events and statistics.
  logic ev_lsc, ev_mdac, ev_txqe, ev_txd_low, ev_tx_stamp, ev_rxdmt, ev_rxo, ev_srpd, ev_ack, ev_irq_sent;
  logic ev_rx_stamp, rx_stamp_open;
  logic [2:0] rx_stamp_type;
  logic [63:0] rx_stamp_at, rx_stamp_attributes;
  logic [1:0] ev_tx_wb, ev_tx_wb_ide, ev_rx_wb;
  logic [3:0] ev_expired;
  logic [2*8-1:0] ev_rx_wb_frames;
  logic tx_stat_frame, tx_stat_mcast, tx_stat_bcast, tx_stat_tso, tx_stat_tso_fail;
  logic rx_stat_frame, rx_stat_mcast, rx_stat_bcast, rx_stat_mpc, rx_stat_rnbc, rx_stat_ruc, rx_stat_roc;
  logic rx_stat_rfc, rx_stat_rjc, rx_stat_crcerr, rx_stat_total;
  logic [15:0] tx_stat_len, rx_stat_len;

  // Between engines and wire.
  logic loop, looped, loopback_idle;
  logic [DataW-1:0] rx_tdata;
  logic [DataW/8-1:0] rx_tkeep;
  logic rx_tlast, rx_tuser, rx_tvalid, rx_tready, tx_tvalid, tx_tready;

  // Flow control.
  logic rx_pause, tx_pause, software_xoff, hold, pause_valid, pause_xoff, pause_taken, xon_en, pause_idle;
  logic tx_held;
  logic ev_pause, ev_control, tx_stat_xoff, tx_stat_xon;
  logic [15:0] pause_quanta, pause_type, pause_time, pause_refresh, pause_high, pause_low;
  logic [16:0] rx_level;
  logic [47:0] pause_address;
  logic [143:0] pause_head;

  // Wake-up.
  logic [10:0] ev_wake, wake_length, wake_index;
  logic [4:0] wake_valid;
  logic [127:0] wake_ip4, wake_ip6;
  logic [43:0] flex_len;
  logic [6:0] flex_byte;
  logic [3:0] flex_mask;
  logic [31:0] flex_value, wake_rdata;
  logic [7:0] wake_byte;
  logic wake_byte_valid, wake_idle;

  // DMA clients: reads 0 tx descriptors, 1 tx payload, 2 and 3 rx descriptors; writes 0 rx payload,
  // 1 tx descriptors, 2 and 3 rx descriptors.
  localparam int unsigned ReadClients = 4;
  localparam int unsigned WriteClients = 4;
  logic [ReadClients-1:0] rd_req_valid, rd_req_ready, rd_rsp_valid;
  logic [ReadClients*64-1:0] rd_req_addr;
  logic [ReadClients*16-1:0] rd_req_len;
  logic [DataW-1:0] rd_rsp_data;
  logic rd_rsp_last, rd_rsp_err;
  logic [WriteClients-1:0] wr_req_valid, wr_req_ready, wr_valid, wr_ready, wr_done;
  logic [WriteClients*64-1:0] wr_req_addr;
  logic [WriteClients*16-1:0] wr_req_len;
  logic [WriteClients*DataW-1:0] wr_data;
  logic wr_err;

  logic csr_idle, irq_idle, stats_idle, time_idle, use_idle, tx_idle, rx_idle, reader_idle, writer_idle;
  logic tx_drained, rx_drained, reader_drained, writer_drained;
  logic [63:0] csr_deadline, irq_deadline, regs_deadline;

  csr #(
    .Built(Built)
  ) i_csr (
    .clk_i(clk_regs_i),
    .rst_ni,
    .reset_kind_i,
    .now_i,
    .feature_en_i,
    .feature_o(feature),
    .autoneg_ns_i,
    .mac_i,
    .bus_master_i,
    .link_up_i,
    .s_axil_awaddr_i,
    .s_axil_awvalid_i,
    .s_axil_awready_o,
    .s_axil_wdata_i,
    .s_axil_wstrb_i,
    .s_axil_wvalid_i,
    .s_axil_wready_o,
    .s_axil_bvalid_o,
    .s_axil_bresp_o,
    .s_axil_bready_i,
    .s_axil_araddr_i,
    .s_axil_arvalid_i,
    .s_axil_arready_o,
    .s_axil_rvalid_o,
    .s_axil_rdata_o,
    .s_axil_rresp_o,
    .s_axil_rready_i,
    .srst_o(srst),
    .acc_re_o(acc_re),
    .acc_we_o(acc_we),
    .acc_addr_o(acc_addr),
    .acc_wraw_o(acc_wraw),
    .acc_wdata_o(acc_wdata),
    .irq_rdata_i(irq_rdata),
    .stats_rdata_i(stats_rdata),
    .time_rdata_i(time_rdata | use_rdata | pause_rdata | wake_rdata),
    .time_wait_i(time_wait),
    .time_late_rdata_i(time_late_rdata),
    .tx_enable_o(tx_enable),
    .tx_psp_o(tx_psp),
    .rx_pause_o(rx_pause),
    .tx_pause_o(tx_pause),
    .tx_xoff_o(software_xoff),
    .txoff_i(hold),
    .tx_ring_base_o(tx_ring_base),
    .tx_ring_len_o(tx_ring_len),
    .tx_tail_o(tx_tail),
    .tx_low_o(tx_low),
    .tx_head_we_o(tx_head_we),
    .tx_head_i(tx_head),
    .rx_enable_o(rx_enable),
    .rctl_o(rctl),
    .rfctl_o(rfctl),
    .rxcsum_o(rxcsum),
    .psrctl_o(psrctl),
    .mrqc_o(mrqc),
    .rsrpd_o(rsrpd),
    .ral_o(ral),
    .rah_o(rah),
    .rx_ring_base_o(rx_ring_base),
    .rx_ring_len_o(rx_ring_len),
    .rx_tail_o(rx_tail),
    .rx_head_we_o(rx_head_we),
    .rx_head_i(rx_head),
    .head_wdata_o(head_wdata),
    .vlan_mode_o(vlan_mode),
    .vet_o(vet),
    .rxmtrl_o(rxmtrl),
    .rxudp_o(rxudp),
    .drained_i(tx_drained && rx_drained && reader_drained && writer_drained),
    .mta_index_i(mta_index),
    .mta_bit_o(mta_bit),
    .vfta_index_i(vfta_index),
    .vfta_bit_o(vfta_bit),
    .reta_index_i(reta_index),
    .reta_queue_o(reta_queue),
    .rss_key_o(rss_key),
    .iame_o(iame),
    .pba_clr_en_o(pba_clr_en),
    .timers_clear_en_o(timers_clear_en),
    .ev_lsc_o(ev_lsc),
    .ev_mdac_o(ev_mdac),
    .link_o(link),
    .loopback_o(loop),
    .idle_o(csr_idle),
    .deadline_o(csr_deadline)
  );

  irq_ctrl i_irq (
    .clk_i(clk_regs_i),
    .rst_ni,
    .srst_i(srst),
    .now_i,
    .irq_mode_i,
    .moderation_en_i(feature[FeatModeration]),
    .iame_i(iame),
    .pba_clr_en_i(pba_clr_en),
    .timers_clear_en_i(timers_clear_en),
    .re_i(acc_re),
    .we_i(acc_we),
    .addr_i(acc_addr),
    .wraw_i(acc_wraw),
    .wdata_i(acc_wdata),
    .rdata_o(irq_rdata),
    .tx_wb_all_o(tx_wb_all),
    .ev_tx_wb_i(ev_tx_wb),
    .ev_tx_wb_ide_i(ev_tx_wb_ide),
    .ev_txqe_i(ev_txqe),
    .ev_txd_low_i(ev_txd_low),
    .ev_rx_wb_i(ev_rx_wb),
    .ev_rxdmt_i(ev_rxdmt),
    .ev_rxo_i(ev_rxo),
    .ev_srpd_i(ev_srpd),
    .ev_ack_i(ev_ack),
    .ev_lsc_i(ev_lsc),
    .ev_mdac_i(ev_mdac),
    .irq_req_o,
    .irq_vec_o,
    .irq_ack_i,
    .intx_o,
    .pba_clr_o,
    .ev_sent_o(ev_irq_sent),
    .ev_expired_o(ev_expired),
    .idle_o(irq_idle),
    .deadline_o(irq_deadline)
  );

  // (On nets of their own: Yosys 0.23 takes no '0 within a port's expression here.)
  logic ev_xon, ev_xoff;
  assign ev_xon = ev_pause && pause_quanta == '0;
  assign ev_xoff = ev_pause && pause_quanta != '0;

  stats i_stats (
    .clk_i(clk_regs_i),
    .rst_ni,
    .srst_i(srst),
    .re_i(acc_re),
    .addr_i(acc_addr),
    .rdata_o(stats_rdata),
    .tx_frame_i(tx_stat_frame),
    .tx_len_i(tx_stat_len),
    .tx_mcast_i(tx_stat_mcast),
    .tx_bcast_i(tx_stat_bcast),
    .tx_tso_i(tx_stat_tso),
    .tx_tso_fail_i(tx_stat_tso_fail),
    .rx_frame_i(rx_stat_frame),
    .rx_len_i(rx_stat_len),
    .rx_mcast_i(rx_stat_mcast),
    .rx_bcast_i(rx_stat_bcast),
    .rx_total_i(rx_stat_total),
    .rx_mpc_i(rx_stat_mpc),
    .rx_rnbc_i(rx_stat_rnbc),
    .rx_ruc_i(rx_stat_ruc),
    .rx_rfc_i(rx_stat_rfc),
    .rx_roc_i(rx_stat_roc),
    .rx_rjc_i(rx_stat_rjc),
    .rx_crcerr_i(rx_stat_crcerr),
    .rx_xon_i(ev_xon),
    .rx_xoff_i(ev_xoff),
    .rx_control_i(ev_control),
    .tx_xon_i(tx_stat_xon),
    .tx_xoff_i(tx_stat_xoff),
    .irq_i(ev_irq_sent),
    .causes_en_i(feature[FeatStats]),
    .expired_i(ev_expired),
    .txqe_i(ev_txqe),
    .txd_low_i(ev_txd_low),
    .rxdmt_i(ev_rxdmt),
    .rxo_i(ev_rxo),
    .idle_o(stats_idle)
  );

  if (EnPtp) begin : g_time
    system_time i_time (
      .clk_i(clk_regs_i),
      .rst_ni,
      .srst_i(srst),
      .now_i,
      .en_i(feature[FeatPtp]),
      .re_i(acc_re),
      .we_i(acc_we),
      .addr_i(acc_addr),
      .wdata_i(acc_wdata),
      .rdata_o(time_rdata),
      .wait_o(time_wait),
      .late_rdata_o(time_late_rdata),
      .ev_tx_i(ev_tx_stamp),
      .ev_rx_i(ev_rx_stamp),
      .rx_at_i(rx_stamp_at),
      .rx_attributes_i(rx_stamp_attributes),
      .rx_open_o(rx_stamp_open),
      .rx_type_o(rx_stamp_type),
      .idle_o(time_idle)
    );
  end else begin : g_no_time
    assign {time_rdata, time_wait, time_late_rdata, rx_stamp_open, rx_stamp_type} = '0;
    assign time_idle = 1'b1;

    logic unused_time;
    assign unused_time = ^{ev_tx_stamp, ev_rx_stamp, rx_stamp_at, rx_stamp_attributes};
  end

  time_use i_use (
    .clk_i,
    .rst_ni,
    .srst_i(srst),
    .now_i,
    .re_i(acc_re),
    .we_i(acc_we),
    .addr_i(acc_addr),
    .wdata_i(acc_wdata),
    .rdata_o(use_rdata),
    .busy_i({!writer_idle, !reader_idle, !rx_idle, !tx_idle}),
    .wire_i({s_axis_tvalid_i && !s_axis_tready_o, (tx_tvalid && !tx_tready) || tx_held}),
    .dma_i({!writer_drained, !reader_drained, !rx_drained, !tx_drained}),
    .idle_o(use_idle)
  );

  tx_engine #(
    .DataW(DataW),
    .EnTso(EnTso),
    .EnTxCsum(EnTxCsum),
    .EnQueues(EnQueues)
  ) i_tx (
    .clk_i(clk_tx_i),
    .rst_ni,
    .srst_i(srst),
    .enable_i(tx_enable),
    .psp_i(tx_psp),
    .wb_all_i(tx_wb_all),
    .tso_en_i(feature[FeatTso]),
    .csum_en_i(feature[FeatTxCsum]),
    .vlan_en_i(vlan_mode && feature[FeatVlan]),
    .vet_i(vet),
    .ring_base_i(tx_ring_base),
    .ring_len_i(tx_ring_len),
    .tail_i(tx_tail),
    .low_i(tx_low),
    .head_we_i(tx_head_we),
    .head_wdata_i(head_wdata),
    .head_o(tx_head),
    .desc_rd_req_valid_o(rd_req_valid[0]),
    .desc_rd_req_addr_o(rd_req_addr[0 +: 64]),
    .desc_rd_req_len_o(rd_req_len[0 +: 16]),
    .desc_rd_req_ready_i(rd_req_ready[0]),
    .desc_rd_rsp_valid_i(rd_rsp_valid[0]),
    .desc_rd_rsp_data_i(rd_rsp_data),
    .desc_rd_rsp_last_i(rd_rsp_last),
    .desc_rd_rsp_err_i(rd_rsp_err),
    .data_rd_req_valid_o(rd_req_valid[1]),
    .data_rd_req_addr_o(rd_req_addr[64 +: 64]),
    .data_rd_req_len_o(rd_req_len[16 +: 16]),
    .data_rd_req_ready_i(rd_req_ready[1]),
    .data_rd_rsp_valid_i(rd_rsp_valid[1]),
    .data_rd_rsp_data_i(rd_rsp_data),
    .data_rd_rsp_last_i(rd_rsp_last),
    .data_rd_rsp_err_i(rd_rsp_err),
    .wb_wr_req_valid_o(wr_req_valid[1]),
    .wb_wr_req_addr_o(wr_req_addr[64 +: 64]),
    .wb_wr_req_len_o(wr_req_len[16 +: 16]),
    .wb_wr_req_ready_i(wr_req_ready[1]),
    .wb_wr_valid_o(wr_valid[1]),
    .wb_wr_data_o(wr_data[DataW +: DataW]),
    .wb_wr_ready_i(wr_ready[1]),
    .wb_wr_done_i(wr_done[1]),
    .wb_wr_err_i(wr_err),
    .m_axis_tdata_o,
    .m_axis_tkeep_o,
    .m_axis_tlast_o,
    .m_axis_tuser_o,
    .m_axis_tvalid_o(tx_tvalid),
    .m_axis_tready_i(tx_tready),
    .hold_i(hold),
    .control_valid_i(pause_valid),
    .control_xoff_i(pause_xoff),
    .control_head_i(pause_head),
    .control_taken_o(pause_taken),
    .held_o(tx_held),
    .ev_wb_o(ev_tx_wb),
    .ev_wb_ide_o(ev_tx_wb_ide),
    .ev_txqe_o(ev_txqe),
    .ev_low_o(ev_txd_low),
    .ev_stamp_o(ev_tx_stamp),
    .stat_frame_o(tx_stat_frame),
    .stat_len_o(tx_stat_len),
    .stat_mcast_o(tx_stat_mcast),
    .stat_bcast_o(tx_stat_bcast),
    .stat_xoff_o(tx_stat_xoff),
    .stat_xon_o(tx_stat_xon),
    .stat_tso_o(tx_stat_tso),
    .stat_tso_fail_o(tx_stat_tso_fail),
    .idle_o(tx_idle),
    .drained_o(tx_drained)
  );

  rx_engine #(
    .DataW(DataW),
    .EnCsum(EnRxCsum),
    .EnVlan(EnVlan),
    .EnRss(EnRss),
    .EnSplit(EnSplit),
    .EnQueues(EnQueues),
    .EnPause(EnPause),
    .EnPtp(EnPtp),
    .EnPacketCsum(EnPacketCsum)
  ) i_rx (
    .clk_i(clk_rx_i),
    .rst_ni,
    .srst_i(srst),
    .now_i,
    .enable_i(rx_enable),
    .link_up_i(link || looped),
    .line_drop_i(line_drop_i || looped),
    .csum_en_i(feature[FeatRxCsum]),
    .vlan_en_i(feature[FeatVlan]),
    .rss_en_i(feature[FeatRss]),
    .queues_en_i(feature[FeatQueues]),
    .split_en_i(feature[FeatSplit]),
    .detect_en_i(feature[FeatDetect]),
    .packet_csum_en_i(feature[FeatPacketCsum]),
    .rctl_i(rctl),
    .rfctl_i(rfctl),
    .rxcsum_i(rxcsum),
    .ral_i(ral),
    .rah_i(rah),
    .mta_index_o(mta_index),
    .mta_bit_i(mta_bit),
    .vlan_mode_i(vlan_mode),
    .vet_i(vet),
    .vfta_index_o(vfta_index),
    .vfta_bit_i(vfta_bit),
    .mrqc_i(mrqc),
    .rss_key_i(rss_key),
    .reta_index_o(reta_index),
    .reta_queue_i(reta_queue),
    .psrctl_i(psrctl),
    .rsrpd_i(rsrpd),
    .asleep_i,
    .wake_valid_i(wake_valid),
    .wake_ip4_i(wake_ip4),
    .wake_ip6_i(wake_ip6),
    .flex_len_i(flex_len),
    .flex_byte_o(flex_byte),
    .flex_mask_i(flex_mask),
    .flex_value_i(flex_value),
    .pause_en_i(rx_pause),
    .pause_address_i(pause_address),
    .pause_type_i(pause_type),
    .stamp_open_i(rx_stamp_open),
    .stamp_type_i(rx_stamp_type),
    .rxmtrl_i(rxmtrl),
    .rxudp_i(rxudp),
    .ring_base_i(rx_ring_base),
    .ring_len_i(rx_ring_len),
    .tail_i(rx_tail),
    .head_we_i(rx_head_we),
    .head_wdata_i(head_wdata),
    .head_o(rx_head),
    .desc_rd_req_valid_o(rd_req_valid[3:2]),
    .desc_rd_req_addr_o(rd_req_addr[2*64 +: 2*64]),
    .desc_rd_req_len_o(rd_req_len[2*16 +: 2*16]),
    .desc_rd_req_ready_i(rd_req_ready[3:2]),
    .desc_rd_rsp_valid_i(rd_rsp_valid[3:2]),
    .desc_rd_rsp_data_i(rd_rsp_data),
    .desc_rd_rsp_last_i(rd_rsp_last),
    .desc_rd_rsp_err_i(rd_rsp_err),
    .data_wr_req_valid_o(wr_req_valid[0]),
    .data_wr_req_addr_o(wr_req_addr[0 +: 64]),
    .data_wr_req_len_o(wr_req_len[0 +: 16]),
    .data_wr_req_ready_i(wr_req_ready[0]),
    .data_wr_valid_o(wr_valid[0]),
    .data_wr_data_o(wr_data[0 +: DataW]),
    .data_wr_ready_i(wr_ready[0]),
    .data_wr_done_i(wr_done[0]),
    .data_wr_err_i(wr_err),
    .desc_wr_req_valid_o(wr_req_valid[3:2]),
    .desc_wr_req_addr_o(wr_req_addr[2*64 +: 2*64]),
    .desc_wr_req_len_o(wr_req_len[2*16 +: 2*16]),
    .desc_wr_req_ready_i(wr_req_ready[3:2]),
    .desc_wr_valid_o(wr_valid[3:2]),
    .desc_wr_data_o(wr_data[2*DataW +: 2*DataW]),
    .desc_wr_ready_i(wr_ready[3:2]),
    .desc_wr_done_i(wr_done[3:2]),
    .desc_wr_err_i(wr_err),
    .s_axis_tdata_i(rx_tdata),
    .s_axis_tkeep_i(rx_tkeep),
    .s_axis_tlast_i(rx_tlast),
    .s_axis_tuser_i(rx_tuser),
    .s_axis_tvalid_i(rx_tvalid),
    .s_axis_tready_o(rx_tready),
    .ev_wb_o(ev_rx_wb),
    .ev_wb_frames_o(ev_rx_wb_frames),
    .ev_rxdmt_o(ev_rxdmt),
    .ev_rxo_o(ev_rxo),
    .ev_srpd_o(ev_srpd),
    .ev_ack_o(ev_ack),
    .ev_pause_o(ev_pause),
    .ev_pause_quanta_o(pause_quanta),
    .ev_control_o(ev_control),
    .ev_wake_o(ev_wake),
    .wake_length_o(wake_length),
    .wake_valid_o(wake_byte_valid),
    .wake_index_o(wake_index),
    .wake_byte_o(wake_byte),
    .level_o(rx_level),
    .ev_stamp_o(ev_rx_stamp),
    .stamp_at_o(rx_stamp_at),
    .stamp_attributes_o(rx_stamp_attributes),
    .stat_frame_o(rx_stat_frame),
    .stat_len_o(rx_stat_len),
    .stat_mcast_o(rx_stat_mcast),
    .stat_bcast_o(rx_stat_bcast),
    .stat_mpc_o(rx_stat_mpc),
    .stat_rnbc_o(rx_stat_rnbc),
    .stat_ruc_o(rx_stat_ruc),
    .stat_rfc_o(rx_stat_rfc),
    .stat_roc_o(rx_stat_roc),
    .stat_rjc_o(rx_stat_rjc),
    .stat_crcerr_o(rx_stat_crcerr),
    .stat_total_o(rx_stat_total),
    .idle_o(rx_idle),
    .drained_o(rx_drained)
  );

  pause_regs i_pause_regs (
    .clk_i(clk_regs_i),
    .clear_i(!rst_ni || srst),
    .req_i(acc_re || acc_we),
    .we_i(acc_we),
    .addr_i(acc_addr),
    .wdata_i(acc_wdata),
    .rdata_o(pause_rdata),
    .address_o(pause_address),
    .type_o(pause_type),
    .time_o(pause_time),
    .refresh_o(pause_refresh),
    .high_o(pause_high),
    .low_o(pause_low),
    .xon_en_o(xon_en)
  );

  wake_regs i_wake (
    .clk_i(clk_regs_i),
    .rst_ni,
    .reset_kind_i,
    .srst_i(srst),
    .asleep_i,
    .req_i(acc_re || acc_we),
    .we_i(acc_we),
    .addr_i(acc_addr),
    .wdata_i(acc_wdata),
    .wraw_i(acc_wraw),
    .rdata_o(wake_rdata),
    .valid_o(wake_valid),
    .ip4_o(wake_ip4),
    .ip6_o(wake_ip6),
    .flex_len_o(flex_len),
    .look_i(wake_byte_valid),
    .look_byte_i(flex_byte),
    .flex_mask_o(flex_mask),
    .flex_value_o(flex_value),
    .ev_link_i(ev_lsc),
    .ev_frame_i(ev_wake),
    .byte_valid_i(wake_byte_valid && wake_index[10:7] == '0),
    .byte_index_i(wake_index[6:0]),
    .byte_i(wake_byte),
    .length_i({1'b0, wake_length}),
    .pme_o,
    .idle_o(wake_idle)
  );

  if (EnPause) begin : g_pause
    logic hold_idle, send_idle;
    logic [63:0] hold_deadline, send_deadline;

    pause_hold i_hold (
      .clk_i,
      .rst_ni,
      .srst_i(srst),
      .now_i,
      .pause_i(ev_pause),
      .quanta_i(pause_quanta),
      .hold_o(hold),
      .idle_o(hold_idle),
      .deadline_o(hold_deadline)
    );

    pause_send i_send (
      .clk_i,
      .rst_ni,
      .srst_i(srst),
      .now_i,
      .en_i(tx_pause),
      .watch_i(!looped),
      .software_i(software_xoff),
      .level_i(rx_level),
      .high_i(pause_high),
      .low_i(pause_low),
      .xon_en_i(xon_en),
      .time_i(pause_time),
      .refresh_i(pause_refresh),
      .valid_o(pause_valid),
      .xoff_o(pause_xoff),
      .taken_i(pause_taken),
      .idle_o(send_idle),
      .deadline_o(send_deadline)
    );

    // Destination, source, type, opcode 1 and quanta, the first byte on the wire lowest.
    always_comb begin
      pause_head = '0;
      if (pause_valid) begin
        pause_head = {pause_xoff ? {pause_time[7:0], pause_time[15:8]} : 16'd0, 16'h0100, pause_type[7:0],
                      pause_type[15:8], rah[15:0], ral[31:0], pause_address};
      end
    end

    assign pause_idle = hold_idle && send_idle;
    always_comb begin
      deadline_o = hold_deadline < send_deadline ? hold_deadline : send_deadline;
      if (regs_deadline < deadline_o) deadline_o = regs_deadline;
    end
  end else begin : g_no_pause
    assign {hold, pause_valid, pause_xoff} = '0;
    assign pause_head = '0;
    assign pause_idle = 1'b1;
    assign deadline_o = regs_deadline;

    logic unused_pause;
    assign unused_pause = ^{tx_pause, software_xoff, pause_taken, pause_time, pause_refresh, pause_high, pause_low,
                            xon_en, rx_level};
  end

  // Frames that find the receive buffer full in loopback are dropped: transmit never waits for receive.
  loopback #(
    .DataW(DataW)
  ) i_loopback (
    .clk_i,
    .rst_ni,
    .loop_i(loop),
    .looped_o(looped),
    .tx_tdata_i(m_axis_tdata_o),
    .tx_tkeep_i(m_axis_tkeep_o),
    .tx_tlast_i(m_axis_tlast_o),
    .tx_tuser_i(m_axis_tuser_o),
    .tx_tvalid_i(tx_tvalid),
    .tx_tready_o(tx_tready),
    .rx_tdata_o(rx_tdata),
    .rx_tkeep_o(rx_tkeep),
    .rx_tlast_o(rx_tlast),
    .rx_tuser_o(rx_tuser),
    .rx_tvalid_o(rx_tvalid),
    .rx_tready_i(rx_tready),
    .m_axis_tvalid_o,
    .m_axis_tready_i,
    .s_axis_tdata_i,
    .s_axis_tkeep_i,
    .s_axis_tlast_i,
    .s_axis_tuser_i,
    .s_axis_tvalid_i,
    .s_axis_tready_o,
    .idle_o(loopback_idle)
  );

  dma_reader #(
    .DataW(DataW),
    .NumClients(ReadClients)
  ) i_reader (
    .clk_i,
    .rst_ni,
    .srst_i(srst),
    .rd_req_valid_i(rd_req_valid),
    .rd_req_addr_i(rd_req_addr),
    .rd_req_len_i(rd_req_len),
    .rd_req_ready_o(rd_req_ready),
    .rd_rsp_valid_o(rd_rsp_valid),
    .rd_rsp_data_o(rd_rsp_data),
    .rd_rsp_last_o(rd_rsp_last),
    .rd_rsp_err_o(rd_rsp_err),
    .m_axi_araddr_o,
    .m_axi_arlen_o,
    .m_axi_arvalid_o,
    .m_axi_arready_i,
    .m_axi_rdata_i,
    .m_axi_rresp_i,
    .m_axi_rlast_i,
    .m_axi_rvalid_i,
    .m_axi_rready_o,
    .idle_o(reader_idle),
    .drained_o(reader_drained)
  );

  dma_writer #(
    .DataW(DataW),
    .NumClients(WriteClients)
  ) i_writer (
    .clk_i,
    .rst_ni,
    .srst_i(srst),
    .wr_req_valid_i(wr_req_valid),
    .wr_req_addr_i(wr_req_addr),
    .wr_req_len_i(wr_req_len),
    .wr_req_ready_o(wr_req_ready),
    .wr_valid_i(wr_valid),
    .wr_data_i(wr_data),
    .wr_ready_o(wr_ready),
    .wr_done_o(wr_done),
    .wr_err_o(wr_err),
    .m_axi_awaddr_o,
    .m_axi_awlen_o,
    .m_axi_awvalid_o,
    .m_axi_awready_i,
    .m_axi_wdata_o,
    .m_axi_wstrb_o,
    .m_axi_wlast_o,
    .m_axi_wvalid_o,
    .m_axi_wready_i,
    .m_axi_bresp_i,
    .m_axi_bvalid_i,
    .m_axi_bready_o,
    .idle_o(writer_idle),
    .drained_o(writer_drained)
  );

  assign block_idle_o = {csr_idle && irq_idle && stats_idle && time_idle && wake_idle, rx_idle, tx_idle};
  assign idle_o = &block_idle_o && loopback_idle && pause_idle && use_idle && reader_idle && writer_idle;
  assign regs_deadline = csr_deadline < irq_deadline ? csr_deadline : irq_deadline;
  assign busy_o = {!writer_drained, !reader_drained, !rx_drained, !tx_drained};

  // Interrupts are moderated by time, not by frames.
  logic unused_ports;
  assign unused_ports = ^{ev_rx_wb_frames, feature};
endmodule
