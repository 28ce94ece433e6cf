// SPDX-License-Identifier: MIT
//
// The card as its simulation drives it: every input passes a flip-flop. So inputs change with the
// clock edge, as those of a chip do, and the logic behind them is evaluated once a cycle; else it
// would be for the inputs and once more for the edge, a sixth of all the time. What drives the card
// sees a cycle of outputs and sets the inputs of the next one. Not part of the card.

module sampled_card #(
  parameter int unsigned DataW = 1024
) (
  input  logic                     clk_i,
  input  logic                     clk_tx_i,
  input  logic                     clk_rx_i,
  input  logic                     clk_regs_i,
  input  logic                     rst_ni,
  input  logic [63:0]              now_i,
  output logic                     idle_o,
  output logic [2:0]               block_idle_o,
  output logic [63:0]              deadline_o,

  input  logic [31:0]              feature_en_i,
  input  logic [63:0]              autoneg_ns_i,
  input  logic [47:0]              mac_i,
  input  logic                     line_drop_i,

  input  logic                     bus_master_i,
  input  logic                     link_up_i,
  input  logic                     asleep_i,
  input  logic [1:0]               irq_mode_i,
  input  logic                     reset_kind_i,

  input  logic [16:0]              s_axil_awaddr_i,
  input  logic                     s_axil_awvalid_i,
  output logic                     s_axil_awready_o,
  input  logic [31:0]              s_axil_wdata_i,
  input  logic [3:0]               s_axil_wstrb_i,
  input  logic                     s_axil_wvalid_i,
  output logic                     s_axil_wready_o,
  output logic                     s_axil_bvalid_o,
  output logic [1:0]               s_axil_bresp_o,
  input  logic                     s_axil_bready_i,
  input  logic [16:0]              s_axil_araddr_i,
  input  logic                     s_axil_arvalid_i,
  output logic                     s_axil_arready_o,
  output logic                     s_axil_rvalid_o,
  output logic [31:0]              s_axil_rdata_o,
  output logic [1:0]               s_axil_rresp_o,
  input  logic                     s_axil_rready_i,

  output logic [63:0]              m_axi_araddr_o,
  output logic [7:0]               m_axi_arlen_o,
  output logic                     m_axi_arvalid_o,
  input  logic                     m_axi_arready_i,
  input  logic [DataW-1:0]         m_axi_rdata_i,
  input  logic [1:0]               m_axi_rresp_i,
  input  logic                     m_axi_rlast_i,
  input  logic                     m_axi_rvalid_i,
  output logic                     m_axi_rready_o,
  output logic [63:0]              m_axi_awaddr_o,
  output logic [7:0]               m_axi_awlen_o,
  output logic                     m_axi_awvalid_o,
  input  logic                     m_axi_awready_i,
  output logic [DataW-1:0]         m_axi_wdata_o,
  output logic [DataW/8-1:0]       m_axi_wstrb_o,
  output logic                     m_axi_wlast_o,
  output logic                     m_axi_wvalid_o,
  input  logic                     m_axi_wready_i,
  input  logic [1:0]               m_axi_bresp_i,
  input  logic                     m_axi_bvalid_i,
  output logic                     m_axi_bready_o,

  output logic [DataW-1:0]         m_axis_tdata_o,
  output logic [DataW/8-1:0]       m_axis_tkeep_o,
  output logic                     m_axis_tlast_o,
  output logic                     m_axis_tuser_o,
  output logic                     m_axis_tvalid_o,
  input  logic                     m_axis_tready_i,
  input  logic [DataW-1:0]         s_axis_tdata_i,
  input  logic [DataW/8-1:0]       s_axis_tkeep_i,
  input  logic                     s_axis_tlast_i,
  input  logic                     s_axis_tuser_i,
  input  logic                     s_axis_tvalid_i,
  output logic                     s_axis_tready_o,

  output logic                     irq_req_o,
  output logic [2:0]               irq_vec_o,
  input  logic                     irq_ack_i,
  output logic                     intx_o,
  output logic [4:0]               pba_clr_o,
  output logic                     pme_o,

  output logic [3:0]               busy_o
);
  logic                     rst_nq;
  logic [63:0]              now_q;
  logic [31:0]              feature_en_q;
  logic [63:0]              autoneg_ns_q;
  logic [47:0]              mac_q;
  logic                     line_drop_q;
  logic                     bus_master_q;
  logic                     link_up_q;
  logic                     asleep_q;
  logic [1:0]               irq_mode_q;
  logic                     reset_kind_q;
  logic [16:0]              s_axil_awaddr_q;
  logic                     s_axil_awvalid_q;
  logic [31:0]              s_axil_wdata_q;
  logic [3:0]               s_axil_wstrb_q;
  logic                     s_axil_wvalid_q;
  logic                     s_axil_bready_q;
  logic [16:0]              s_axil_araddr_q;
  logic                     s_axil_arvalid_q;
  logic                     s_axil_rready_q;
  logic                     m_axi_arready_q;
  logic [DataW-1:0]         m_axi_rdata_q;
  logic [1:0]               m_axi_rresp_q;
  logic                     m_axi_rlast_q;
  logic                     m_axi_rvalid_q;
  logic                     m_axi_awready_q;
  logic                     m_axi_wready_q;
  logic [1:0]               m_axi_bresp_q;
  logic                     m_axi_bvalid_q;
  logic                     m_axis_tready_q;
  logic [DataW-1:0]         s_axis_tdata_q;
  logic [DataW/8-1:0]       s_axis_tkeep_q;
  logic                     s_axis_tlast_q;
  logic                     s_axis_tuser_q;
  logic                     s_axis_tvalid_q;
  logic                     irq_ack_q;

  always_ff @(posedge clk_i) begin
    rst_nq <= rst_ni;
    now_q <= now_i;
    feature_en_q <= feature_en_i;
    autoneg_ns_q <= autoneg_ns_i;
    mac_q <= mac_i;
    line_drop_q <= line_drop_i;
    bus_master_q <= bus_master_i;
    link_up_q <= link_up_i;
    asleep_q <= asleep_i;
    irq_mode_q <= irq_mode_i;
    reset_kind_q <= reset_kind_i;
    s_axil_awaddr_q <= s_axil_awaddr_i;
    s_axil_awvalid_q <= s_axil_awvalid_i;
    s_axil_wdata_q <= s_axil_wdata_i;
    s_axil_wstrb_q <= s_axil_wstrb_i;
    s_axil_wvalid_q <= s_axil_wvalid_i;
    s_axil_bready_q <= s_axil_bready_i;
    s_axil_araddr_q <= s_axil_araddr_i;
    s_axil_arvalid_q <= s_axil_arvalid_i;
    s_axil_rready_q <= s_axil_rready_i;
    m_axi_arready_q <= m_axi_arready_i;
    m_axi_rdata_q <= m_axi_rdata_i;
    m_axi_rresp_q <= m_axi_rresp_i;
    m_axi_rlast_q <= m_axi_rlast_i;
    m_axi_rvalid_q <= m_axi_rvalid_i;
    m_axi_awready_q <= m_axi_awready_i;
    m_axi_wready_q <= m_axi_wready_i;
    m_axi_bresp_q <= m_axi_bresp_i;
    m_axi_bvalid_q <= m_axi_bvalid_i;
    m_axis_tready_q <= m_axis_tready_i;
    s_axis_tdata_q <= s_axis_tdata_i;
    s_axis_tkeep_q <= s_axis_tkeep_i;
    s_axis_tlast_q <= s_axis_tlast_i;
    s_axis_tuser_q <= s_axis_tuser_i;
    s_axis_tvalid_q <= s_axis_tvalid_i;
    irq_ack_q <= irq_ack_i;
  end

  ringside_card #(
    .DataW(DataW)
  ) i_card (
    .clk_i(clk_i),
    .clk_tx_i(clk_tx_i),
    .clk_rx_i(clk_rx_i),
    .clk_regs_i(clk_regs_i),
    .rst_ni(rst_nq),
    .now_i(now_q),
    .idle_o(idle_o),
    .block_idle_o(block_idle_o),
    .deadline_o(deadline_o),
    .feature_en_i(feature_en_q),
    .autoneg_ns_i(autoneg_ns_q),
    .mac_i(mac_q),
    .line_drop_i(line_drop_q),
    .bus_master_i(bus_master_q),
    .link_up_i(link_up_q),
    .asleep_i(asleep_q),
    .irq_mode_i(irq_mode_q),
    .reset_kind_i(reset_kind_q),
    .s_axil_awaddr_i(s_axil_awaddr_q),
    .s_axil_awvalid_i(s_axil_awvalid_q),
    .s_axil_awready_o(s_axil_awready_o),
    .s_axil_wdata_i(s_axil_wdata_q),
    .s_axil_wstrb_i(s_axil_wstrb_q),
    .s_axil_wvalid_i(s_axil_wvalid_q),
    .s_axil_wready_o(s_axil_wready_o),
    .s_axil_bvalid_o(s_axil_bvalid_o),
    .s_axil_bresp_o(s_axil_bresp_o),
    .s_axil_bready_i(s_axil_bready_q),
    .s_axil_araddr_i(s_axil_araddr_q),
    .s_axil_arvalid_i(s_axil_arvalid_q),
    .s_axil_arready_o(s_axil_arready_o),
    .s_axil_rvalid_o(s_axil_rvalid_o),
    .s_axil_rdata_o(s_axil_rdata_o),
    .s_axil_rresp_o(s_axil_rresp_o),
    .s_axil_rready_i(s_axil_rready_q),
    .m_axi_araddr_o(m_axi_araddr_o),
    .m_axi_arlen_o(m_axi_arlen_o),
    .m_axi_arvalid_o(m_axi_arvalid_o),
    .m_axi_arready_i(m_axi_arready_q),
    .m_axi_rdata_i(m_axi_rdata_q),
    .m_axi_rresp_i(m_axi_rresp_q),
    .m_axi_rlast_i(m_axi_rlast_q),
    .m_axi_rvalid_i(m_axi_rvalid_q),
    .m_axi_rready_o(m_axi_rready_o),
    .m_axi_awaddr_o(m_axi_awaddr_o),
    .m_axi_awlen_o(m_axi_awlen_o),
    .m_axi_awvalid_o(m_axi_awvalid_o),
    .m_axi_awready_i(m_axi_awready_q),
    .m_axi_wdata_o(m_axi_wdata_o),
    .m_axi_wstrb_o(m_axi_wstrb_o),
    .m_axi_wlast_o(m_axi_wlast_o),
    .m_axi_wvalid_o(m_axi_wvalid_o),
    .m_axi_wready_i(m_axi_wready_q),
    .m_axi_bresp_i(m_axi_bresp_q),
    .m_axi_bvalid_i(m_axi_bvalid_q),
    .m_axi_bready_o(m_axi_bready_o),
    .m_axis_tdata_o(m_axis_tdata_o),
    .m_axis_tkeep_o(m_axis_tkeep_o),
    .m_axis_tlast_o(m_axis_tlast_o),
    .m_axis_tuser_o(m_axis_tuser_o),
    .m_axis_tvalid_o(m_axis_tvalid_o),
    .m_axis_tready_i(m_axis_tready_q),
    .s_axis_tdata_i(s_axis_tdata_q),
    .s_axis_tkeep_i(s_axis_tkeep_q),
    .s_axis_tlast_i(s_axis_tlast_q),
    .s_axis_tuser_i(s_axis_tuser_q),
    .s_axis_tvalid_i(s_axis_tvalid_q),
    .s_axis_tready_o(s_axis_tready_o),
    .irq_req_o(irq_req_o),
    .irq_vec_o(irq_vec_o),
    .irq_ack_i(irq_ack_q),
    .intx_o(intx_o),
    .pba_clr_o(pba_clr_o),
    .pme_o(pme_o),
    .busy_o(busy_o)
  );
endmodule
