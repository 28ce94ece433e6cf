// SPDX-License-Identifier: MIT
//
// What tests of the receive side drive: rx_engine on the two bus masters, AXI on the far side. The
// multicast table is an input.

module rx_bench_top #(
  parameter int unsigned DataW = 1024
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               srst_i,
  input  logic               enable_i,
  input  logic               link_up_i,
  input  logic               line_drop_i,
  input  logic               csum_en_i,
  input  logic [31:0]        rctl_i,
  input  logic [31:0]        rfctl_i,
  input  logic [31:0]        rxcsum_i,
  input  logic [511:0]       ral_i,
  input  logic [511:0]       rah_i,
  input  logic [4095:0]      mta_i,
  input  logic               vlan_en_i,
  input  logic               rss_en_i,
  input  logic               split_en_i,
  input  logic               detect_en_i,
  input  logic               packet_csum_en_i,
  input  logic               vlan_mode_i,
  input  logic [15:0]        vet_i,
  input  logic [4095:0]      vfta_i,
  input  logic [31:0]        mrqc_i,
  input  logic [319:0]       rss_key_i,
  input  logic [127:0]       reta_i,
  input  logic [31:0]        psrctl_i,
  input  logic [11:0]        rsrpd_i,
  input  logic               asleep_i,
  input  logic               pause_en_i,
  input  logic [47:0]        pause_address_i,
  input  logic [15:0]        pause_type_i,
  input  logic [63:0]        now_i,
  input  logic               stamp_open_i,
  input  logic [2:0]         stamp_type_i,
  input  logic [31:0]        rxmtrl_i,
  input  logic [15:0]        rxudp_i,
  input  logic [63:0]        ring_base_i,
  input  logic [63:0]        ring1_base_i,
  input  logic [2*20-1:0]    ring_len_i,
  input  logic [2*16-1:0]    tail_i,
  input  logic [1:0]         head_we_i,
  input  logic [15:0]        head_wdata_i,
  output logic [2*16-1:0]    head_o,

  input  logic [DataW-1:0]   s_axis_tdata_i,
  input  logic [DataW/8-1:0] s_axis_tkeep_i,
  input  logic               s_axis_tlast_i,
  input  logic               s_axis_tuser_i,
  input  logic               s_axis_tvalid_i,
  output logic               s_axis_tready_o,

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

  output logic [1:0]         ev_wb_o,
  output logic [2*8-1:0]     ev_wb_frames_o,
  output logic               ev_rxdmt_o,
  output logic               ev_rxo_o,
  output logic               ev_srpd_o,
  output logic               ev_ack_o,
  output logic               ev_pause_o,
  output logic [15:0]        ev_pause_quanta_o,
  output logic               ev_control_o,
  output logic [10:0]        ev_wake_o,
  output logic [16:0]        level_o,
  output logic               ev_stamp_o,
  output logic [63:0]        stamp_at_o,
  output logic [63:0]        stamp_attributes_o,
  output logic               stat_frame_o,
  output logic [15:0]        stat_len_o,
  output logic               stat_mcast_o,
  output logic               stat_bcast_o,
  output logic               stat_mpc_o,
  output logic               stat_rnbc_o,
  output logic               stat_ruc_o,
  output logic               stat_rfc_o,
  output logic               stat_roc_o,
  output logic               stat_rjc_o,
  output logic               stat_crcerr_o,
  output logic               stat_total_o,
  output logic               idle_o,
  output logic               drained_o
);
  logic [1:0] desc_rd_req_valid, desc_rd_req_ready, desc_rd_rsp_valid;
  logic desc_rd_rsp_last, desc_rd_rsp_err;
  logic [2*64-1:0] desc_rd_req_addr, desc_wr_req_addr;
  logic [2*16-1:0] desc_rd_req_len, desc_wr_req_len;
  logic [63:0] data_wr_req_addr;
  logic [15:0] data_wr_req_len;
  logic [DataW-1:0] desc_rd_rsp_data, data_wr_data;
  logic [2*DataW-1:0] desc_wr_data;
  logic data_wr_req_valid, data_wr_req_ready, data_wr_valid, data_wr_ready, data_wr_done, wr_err;
  logic [1:0] desc_wr_req_valid, desc_wr_req_ready, desc_wr_valid, desc_wr_ready, desc_wr_done;
  logic [11:0] vfta_index;
  logic [6:0] reta_index;
  logic [11:0] mta_index;
  // (What wakes has a test of its own: tests/rtl/mac.)
  logic [6:0] flex_byte;
  logic [10:0] wake_length, wake_index;
  logic [7:0] wake_byte;
  logic wake_valid;
  logic rx_idle, rd_idle, wr_idle, rx_drained, rd_drained, wr_drained;

  rx_engine #(.DataW(DataW)) u_rx (
    .clk_i, .rst_ni, .srst_i, .enable_i, .link_up_i, .line_drop_i, .csum_en_i, .rctl_i, .rfctl_i,
    .rxcsum_i, .ral_i, .rah_i, .vlan_en_i, .rss_en_i, .queues_en_i(1'b1), .split_en_i, .detect_en_i, .packet_csum_en_i, .vlan_mode_i, .vet_i,
    .mrqc_i, .rss_key_i, .psrctl_i, .rsrpd_i, .now_i, .stamp_open_i, .stamp_type_i, .rxmtrl_i, .rxudp_i,
    .asleep_i, .pause_en_i, .pause_address_i, .pause_type_i,
    .wake_valid_i       ('0),
    .wake_ip4_i         ('0),
    .wake_ip6_i         ('0),
    .flex_len_i         ('0),
    .flex_byte_o        (flex_byte),
    .flex_mask_i        ('0),
    .flex_value_i       ('0),
    .wake_length_o      (wake_length),
    .wake_valid_o       (wake_valid),
    .wake_index_o       (wake_index),
    .wake_byte_o        (wake_byte),
    .vfta_index_o       (vfta_index),
    .vfta_bit_i         (vfta_i[vfta_index]),
    .reta_index_o       (reta_index),
    .reta_queue_i       (reta_i[reta_index]),
    .mta_index_o        (mta_index),
    .mta_bit_i          (mta_i[mta_index]),
    .ring_base_i        ({ring1_base_i, ring_base_i}),
    .ring_len_i, .tail_i, .head_we_i, .head_wdata_i, .head_o,
    .desc_rd_req_valid_o(desc_rd_req_valid),
    .desc_rd_req_addr_o (desc_rd_req_addr),
    .desc_rd_req_len_o  (desc_rd_req_len),
    .desc_rd_req_ready_i(desc_rd_req_ready),
    .desc_rd_rsp_valid_i(desc_rd_rsp_valid),
    .desc_rd_rsp_data_i (desc_rd_rsp_data),
    .desc_rd_rsp_last_i (desc_rd_rsp_last),
    .desc_rd_rsp_err_i  (desc_rd_rsp_err),
    .data_wr_req_valid_o(data_wr_req_valid),
    .data_wr_req_addr_o (data_wr_req_addr),
    .data_wr_req_len_o  (data_wr_req_len),
    .data_wr_req_ready_i(data_wr_req_ready),
    .data_wr_valid_o    (data_wr_valid),
    .data_wr_data_o     (data_wr_data),
    .data_wr_ready_i    (data_wr_ready),
    .data_wr_done_i     (data_wr_done),
    .data_wr_err_i      (wr_err),
    .desc_wr_req_valid_o(desc_wr_req_valid),
    .desc_wr_req_addr_o (desc_wr_req_addr),
    .desc_wr_req_len_o  (desc_wr_req_len),
    .desc_wr_req_ready_i(desc_wr_req_ready),
    .desc_wr_valid_o    (desc_wr_valid),
    .desc_wr_data_o     (desc_wr_data),
    .desc_wr_ready_i    (desc_wr_ready),
    .desc_wr_done_i     (desc_wr_done),
    .desc_wr_err_i      (wr_err),
    .s_axis_tdata_i, .s_axis_tkeep_i, .s_axis_tlast_i, .s_axis_tuser_i, .s_axis_tvalid_i,
    .s_axis_tready_o,
    .ev_wb_o, .ev_wb_frames_o, .ev_rxdmt_o, .ev_rxo_o, .ev_srpd_o, .ev_ack_o, .ev_pause_o, .ev_pause_quanta_o, .ev_control_o, .ev_wake_o, .level_o,
    .ev_stamp_o, .stamp_at_o, .stamp_attributes_o,
    .stat_frame_o, .stat_len_o, .stat_mcast_o, .stat_bcast_o, .stat_mpc_o, .stat_rnbc_o,
    .stat_ruc_o, .stat_rfc_o, .stat_roc_o, .stat_rjc_o, .stat_crcerr_o, .stat_total_o,
    .idle_o             (rx_idle),
    .drained_o          (rx_drained)
  );

  dma_reader #(.DataW(DataW), .NumClients(2)) u_reader (
    .clk_i, .rst_ni, .srst_i,
    .rd_req_valid_i(desc_rd_req_valid),
    .rd_req_addr_i (desc_rd_req_addr),
    .rd_req_len_i  (desc_rd_req_len),
    .rd_req_ready_o(desc_rd_req_ready),
    .rd_rsp_valid_o(desc_rd_rsp_valid),
    .rd_rsp_data_o (desc_rd_rsp_data),
    .rd_rsp_last_o (desc_rd_rsp_last),
    .rd_rsp_err_o  (desc_rd_rsp_err),
    .m_axi_araddr_o, .m_axi_arlen_o, .m_axi_arvalid_o, .m_axi_arready_i, .m_axi_rdata_i,
    .m_axi_rresp_i, .m_axi_rlast_i, .m_axi_rvalid_i, .m_axi_rready_o,
    .idle_o        (rd_idle),
    .drained_o     (rd_drained)
  );

  dma_writer #(.DataW(DataW), .NumClients(3)) u_writer (
    .clk_i, .rst_ni, .srst_i,
    .wr_req_valid_i({desc_wr_req_valid, data_wr_req_valid}),
    .wr_req_addr_i ({desc_wr_req_addr, data_wr_req_addr}),
    .wr_req_len_i  ({desc_wr_req_len, data_wr_req_len}),
    .wr_req_ready_o({desc_wr_req_ready, data_wr_req_ready}),
    .wr_valid_i    ({desc_wr_valid, data_wr_valid}),
    .wr_data_i     ({desc_wr_data, data_wr_data}),
    .wr_ready_o    ({desc_wr_ready, data_wr_ready}),
    .wr_done_o     ({desc_wr_done, data_wr_done}),
    .wr_err_o      (wr_err),
    .m_axi_awaddr_o, .m_axi_awlen_o, .m_axi_awvalid_o, .m_axi_awready_i, .m_axi_wdata_o,
    .m_axi_wstrb_o, .m_axi_wlast_o, .m_axi_wvalid_o, .m_axi_wready_i, .m_axi_bresp_i,
    .m_axi_bvalid_i, .m_axi_bready_o,
    .idle_o        (wr_idle),
    .drained_o     (wr_drained)
  );

  logic unused;
  assign unused = ^{flex_byte, wake_length, wake_index, wake_byte, wake_valid};

  assign idle_o = rx_idle && rd_idle && wr_idle;
  assign drained_o = rx_drained && rd_drained && wr_drained;
endmodule
