// SPDX-License-Identifier: MIT
//
// The register file of the card (82574L layout, docs/registers.md): the AXI4-Lite port, the address
// map, the registers whose values other blocks use, and plain storage for the rest. NVM, PHY,
// statistics and interrupt registers live in their own blocks on the register bus (`acc_*`): each
// answers its addresses and puts out 0 for all others.
//
// Writes store (data & mask) | (reset & ~mask); both come from the generated map, as do reset values.
// CTRL.RST pulses `srst_o` in the cycle in which the write acts and keeps PBA, PBS, FLA and the NVM.

module csr #(
  parameter logic [31:0] Built = ringside_reg_pkg::RS_FEATURES_RESET  // features that were synthesized
) (
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic           reset_kind_i,
  input  logic [63:0]    now_i,
  input  logic [31:0]    feature_en_i,  // taken in reset
  output logic [31:0]    feature_o,     // built in and switched on
  input  logic [63:0]    autoneg_ns_i,
  input  logic [47:0]    mac_i,
  input  logic           bus_master_i,
  input  logic           link_up_i,

  input  logic [16:0]    s_axil_awaddr_i,
  input  logic           s_axil_awvalid_i,
  output logic           s_axil_awready_o,
  input  logic [31:0]    s_axil_wdata_i,
  input  logic [3:0]     s_axil_wstrb_i,
  input  logic           s_axil_wvalid_i,
  output logic           s_axil_wready_o,
  output logic           s_axil_bvalid_o,
  output logic [1:0]     s_axil_bresp_o,
  input  logic           s_axil_bready_i,
  input  logic [16:0]    s_axil_araddr_i,
  input  logic           s_axil_arvalid_i,
  output logic           s_axil_arready_o,
  output logic           s_axil_rvalid_o,
  output logic [31:0]    s_axil_rdata_o,
  output logic [1:0]     s_axil_rresp_o,
  input  logic           s_axil_rready_i,

  output logic           srst_o,

  // Register bus: one cycle an access; `acc_wraw_o` is what the bus carried, `acc_wdata_o` what the
  // register's mask leaves of it.
  output logic           acc_re_o,
  output logic           acc_we_o,
  output logic [16:0]    acc_addr_o,
  output logic [31:0]    acc_wraw_o,
  output logic [31:0]    acc_wdata_o,
  input  logic [31:0]    irq_rdata_i,
  input  logic [31:0]    stats_rdata_i,
  input  logic [31:0]    time_rdata_i,
  input  logic           time_wait_i,     // see axil_slave
  input  logic [31:0]    time_late_rdata_i,

  // Transmit and receive engines; what there is twice has ring 0 in the low half.
  output logic [1:0]     tx_enable_o,
  output logic           tx_psp_o,
  output logic           rx_pause_o,      // CTRL.RFCE: received pause frames hold transmission
  output logic           tx_pause_o,      // CTRL.TFCE: pause frames are sent
  output logic           tx_xoff_o,       // pulse: TCTL.SWXOFF
  input  logic           txoff_i,         // transmission is held
  output logic [2*64-1:0] tx_ring_base_o,
  output logic [2*20-1:0] tx_ring_len_o,
  output logic [2*16-1:0] tx_tail_o,
  output logic [2*7-1:0] tx_low_o,        // TXDCTL.LWTHRESH; the registers are plain storage
  output logic [1:0]     tx_head_we_o,
  input  logic [2*16-1:0] tx_head_i,
  output logic           rx_enable_o,
  output logic [31:0]    rctl_o,
  output logic [31:0]    rfctl_o,
  output logic [31:0]    rxcsum_o,
  output logic [31:0]    psrctl_o,
  output logic [31:0]    mrqc_o,
  output logic [11:0]    rsrpd_o,
  output logic [16*32-1:0] ral_o,
  output logic [16*32-1:0] rah_o,
  output logic [2*64-1:0] rx_ring_base_o,
  output logic [2*20-1:0] rx_ring_len_o,
  output logic [2*16-1:0] rx_tail_o,
  output logic [1:0]     rx_head_we_o,
  input  logic [2*16-1:0] rx_head_i,
  output logic [15:0]    head_wdata_o,
  output logic           vlan_mode_o,     // CTRL.VME
  output logic [15:0]    vet_o,
  output logic [31:0]    rxmtrl_o,
  output logic [15:0]    rxudp_o,
  input  logic           drained_i,

  // Tables that the receive side looks up, combinationally.
  input  logic [11:0]    mta_index_i,
  output logic           mta_bit_o,
  input  logic [11:0]    vfta_index_i,
  output logic           vfta_bit_o,
  input  logic [6:0]     reta_index_i,
  output logic           reta_queue_o,
  output logic [319:0]   rss_key_o,

  // Interrupt controller.
  output logic           iame_o,
  output logic           pba_clr_en_o,
  output logic           timers_clear_en_o,
  output logic           ev_lsc_o,
  output logic           ev_mdac_o,

  output logic           link_o,
  output logic           loopback_o,    // frames that are sent are received
  output logic           idle_o,
  output logic [63:0]    deadline_o
);
  localparam int unsigned PlainIndexW = $clog2(ringside_reg_pkg::PlainWords);
  localparam logic [15:0] PbaKib = 16'd40;
  localparam logic [1:0] LbmMac = 2'd1;

  logic [31:0] ctrl_q, eecd_q, ctrl_ext_q, fla_q, swsm_q, rctl_q, rxdctl0_q, rxdctl1_q, rxcsum_q, rfctl_q;
  logic [31:0] tctl_q, tarc0_q, tarc1_q, psrctl_q, mrqc_q, rxmtrl_q, rxudp_q;
  logic [15:0] pba_q, vet_q;
  logic [11:0] rsrpd_q;
  logic [2*7-1:0] tx_low_q;
  logic [5:0] pbs_q;
  logic [16*32-1:0] ral_q, rah_q;
  logic [31:0] feature_q;
  logic phyra_q, lu_q, lu_valid_q, bus_master_q;

  logic req, bus_we, we, re;
  logic [16:0] bus_addr, addr;
  logic [31:0] wraw, wdata, rdata, own_rdata, mask, reset;
  logic plain, plain_written, in_mta, in_vfta, in_ra, psrctl_ok;
  logic [PlainIndexW-1:0] plain_index;
  logic [31:0] plain_rdata, mta_rdata, vfta_rdata, rss_rdata, rings_rdata, nvm_rdata, phy_rdata, status;
  logic [47:0] nvm_mac;
  logic srst, phy_reset, phy_link, phy_loopback, phy_idle, autoneg_pause, lu, axil_idle, master_enable;

  axil_slave i_axil (
    .clk_i,
    .rst_ni,
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
    .req_o(req),
    .we_o(bus_we),
    .addr_o(bus_addr),
    .wdata_o(wraw),
    .rdata_i(rdata),
    .wait_i(time_wait_i),
    .late_rdata_i(time_late_rdata_i),
    .idle_o(axil_idle)
  );

  ringside_reg_map i_map (
    .en_i(req),
    .addr_i(bus_addr),
    .addr_o(addr),
    .reset_o(reset),
    .mask_o(mask),
    .plain_o(plain),
    .index_o(plain_index)
  );

  assign we = req && bus_we;
  assign re = req && !bus_we;
  assign wdata = (wraw & mask) | (reset & ~mask);

  assign acc_re_o = re;
  assign acc_we_o = we;
  assign acc_addr_o = addr;
  assign acc_wraw_o = wraw;
  assign acc_wdata_o = wdata;

  // Decoded only when there is an access: nothing of it is evaluated in the simulator otherwise.
  always_comb begin
    srst = 1'b0;
    phy_reset = 1'b0;
    tx_xoff_o = 1'b0;
    in_mta = 1'b0;
    in_vfta = 1'b0;
    in_ra = 1'b0;
    if (req) begin
      in_mta = addr[16:9] == ringside_reg_pkg::MTA_OFFSET[16:9];
      in_vfta = addr[16:9] == ringside_reg_pkg::VFTA_OFFSET[16:9];
      in_ra = addr[16:7] == ringside_reg_pkg::RAL_OFFSET[16:7];
      if (bus_we) begin
        if (addr == ringside_reg_pkg::CTRL_OFFSET) begin
          srst = wraw[ringside_reg_pkg::CTRL_RST_BIT];
          phy_reset = !srst && wraw[ringside_reg_pkg::CTRL_PHY_RST_BIT] &&
                      !ctrl_q[ringside_reg_pkg::CTRL_PHY_RST_BIT];
        end
        if (addr == ringside_reg_pkg::TCTL_OFFSET) tx_xoff_o = wraw[ringside_reg_pkg::TCTL_SWXOFF_BIT];
      end
    end
  end

  assign srst_o = srst;

  // Storage.
  reg_ram #(
    .Width(32),
    .Words(ringside_reg_pkg::PlainWords)
  ) i_plain (
    .clk_i,
    .clear_i(!rst_ni || srst),
    .we_i(we && plain),
    .index_i(plain_index),
    .wdata_i(wdata),
    .rdata_o(plain_rdata),
    .written_o(plain_written)
  );

  bit_table i_mta (
    .clk_i,
    .clear_i(!rst_ni || srst),
    .we_i(we && in_mta),
    .word_i(addr[8:2]),
    .wdata_i(wdata),
    .rdata_o(mta_rdata),
    .index_i(mta_index_i),
    .bit_o(mta_bit_o)
  );

  bit_table i_vfta (
    .clk_i,
    .clear_i(!rst_ni || srst),
    .we_i(we && in_vfta),
    .word_i(addr[8:2]),
    .wdata_i(wdata),
    .rdata_o(vfta_rdata),
    .index_i(vfta_index_i),
    .bit_o(vfta_bit_o)
  );

  rss_table i_rss (
    .clk_i,
    .clear_i(!rst_ni || srst),
    .req_i(req),
    .we_i(bus_we),
    .addr_i(addr),
    .wdata_i(wdata),
    .rdata_o(rss_rdata),
    .index_i(reta_index_i),
    .queue_o(reta_queue_o),
    .key_o(rss_key_o)
  );

  // Rings: transmit 0 and 1, receive 0 and 1.
  localparam logic [4*17-1:0] RingBase = {
    ringside_reg_pkg::RDBAL1_OFFSET, ringside_reg_pkg::RDBAL0_OFFSET,
    ringside_reg_pkg::TDBAL1_OFFSET, ringside_reg_pkg::TDBAL0_OFFSET
  };
  logic [4*32-1:0] ring_rdata;
  logic [4*16-1:0] ring_head;

  assign ring_head = {rx_head_i, tx_head_i};
  assign rings_rdata = ring_rdata[31:0] | ring_rdata[63:32] | ring_rdata[95:64] | ring_rdata[127:96];

  for (genvar r = 0; r < 4; r++) begin : gen_ring
    logic [63:0] base;
    logic [19:0] len;
    logic [15:0] tail;
    logic head_we;

    ring_regs #(
      .Base(RingBase[17*r +: 17])
    ) i_ring (
      .clk_i,
      .clear_i(!rst_ni || srst),
      .req_i(req),
      .we_i(bus_we),
      .addr_i(addr),
      .wdata_i(wdata),
      .rdata_o(ring_rdata[32*r +: 32]),
      .base_o(base),
      .len_o(len),
      .tail_o(tail),
      .head_we_o(head_we),
      .head_i(ring_head[16*r +: 16])
    );

    if (r < 2) begin : gen_tx
      assign tx_ring_base_o[64*r +: 64] = base;
      assign tx_ring_len_o[20*r +: 20] = len;
      assign tx_tail_o[16*r +: 16] = tail;
      assign tx_head_we_o[r] = head_we;
    end else begin : gen_rx
      assign rx_ring_base_o[64*(r-2) +: 64] = base;
      assign rx_ring_len_o[20*(r-2) +: 20] = len;
      assign rx_tail_o[16*(r-2) +: 16] = tail;
      assign rx_head_we_o[r-2] = head_we;
    end
  end

  nvm i_nvm (
    .clk_i,
    .rst_ni,
    .srst_i(srst),
    .reset_kind_i,
    .mac_i,
    .re_i(re),
    .we_i(we),
    .addr_i(addr),
    .wdata_i(wraw),
    .rdata_o(nvm_rdata),
    .mac_o(nvm_mac)
  );

  phy_mdic i_phy (
    .clk_i,
    .rst_ni,
    .srst_i(srst),
    .now_i,
    .autoneg_ns_i,
    .link_up_i,
    .phy_reset_i(phy_reset),
    .re_i(re),
    .we_i(we),
    .addr_i(addr),
    .wdata_i(wraw),
    .rdata_o(phy_rdata),
    .link_o(phy_link),
    .loopback_o(phy_loopback),
    .ev_autoneg_pause_o(autoneg_pause),
    .ev_mdac_o,
    .idle_o(phy_idle),
    .deadline_o
  );

  // While packets are split, a header or first data buffer of no bytes is refused.
  assign psrctl_ok = rctl_q[ringside_reg_pkg::RCTL_DTYP_LSB +: 2] == 2'd0 || (wdata[6:0] != '0 && wdata[13:8] != '0);

  // Control and status.
  assign lu = phy_link && ctrl_q[ringside_reg_pkg::CTRL_SLU_BIT];
  assign ev_lsc_o = lu_valid_q && lu != lu_q;

  always_comb begin
    status = '0;
    if (req) begin
      status[ringside_reg_pkg::STATUS_FD_BIT] = ctrl_q[ringside_reg_pkg::CTRL_FD_BIT] ||
                                                !ctrl_q[ringside_reg_pkg::CTRL_FRCDPX_BIT];
      status[ringside_reg_pkg::STATUS_LU_BIT] = lu;
      status[7:6] = 2'b10;
      if (ctrl_q[ringside_reg_pkg::CTRL_FRCSPD_BIT] || ctrl_ext_q[ringside_reg_pkg::CTRL_EXT_SPD_BYPS_BIT])
        status[7:6] = ctrl_q[9:8];
      status[ringside_reg_pkg::STATUS_TXOFF_BIT] = txoff_i;
      status[9:8] = 2'b10;
      status[ringside_reg_pkg::STATUS_PHYRA_BIT] = phyra_q;
      status[ringside_reg_pkg::STATUS_GIO_MASTER_EN_BIT] =
          !ctrl_q[ringside_reg_pkg::CTRL_GIO_MASTER_DISABLE_BIT] || !drained_i;
    end
  end

  // Inputs from outside that reach deep.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) feature_q <= feature_en_i & Built;
    bus_master_q <= bus_master_i;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst) begin
      lu_valid_q <= 1'b0;
    end else begin
      lu_q <= lu;
      lu_valid_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fla_q <= ringside_reg_pkg::FLA_RESET;
      pba_q <= ringside_reg_pkg::PBA_RESET[15:0];
      pbs_q <= ringside_reg_pkg::PBS_RESET[5:0];
    end else if (we) begin
      case (addr)
        ringside_reg_pkg::FLA_OFFSET: fla_q <= wdata;
        ringside_reg_pkg::PBA_OFFSET: pba_q <= wdata[15:0];
        ringside_reg_pkg::PBS_OFFSET: pbs_q <= wdata[5:0];
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst) begin
      ctrl_q <= ringside_reg_pkg::CTRL_RESET;
      phyra_q <= 1'b0;
      eecd_q <= ringside_reg_pkg::EECD_RESET;
      ctrl_ext_q <= ringside_reg_pkg::CTRL_EXT_RESET;
      swsm_q <= ringside_reg_pkg::SWSM_RESET;
      rctl_q <= ringside_reg_pkg::RCTL_RESET;
      rxdctl0_q <= ringside_reg_pkg::RXDCTL0_RESET;
      rxdctl1_q <= ringside_reg_pkg::RXDCTL1_RESET;
      rxcsum_q <= ringside_reg_pkg::RXCSUM_RESET;
      rfctl_q <= ringside_reg_pkg::RFCTL_RESET;
      tctl_q <= ringside_reg_pkg::TCTL_RESET;
      tarc0_q <= ringside_reg_pkg::TARC0_RESET;
      tarc1_q <= ringside_reg_pkg::TARC1_RESET;
      psrctl_q <= ringside_reg_pkg::PSRCTL_RESET;
      mrqc_q <= ringside_reg_pkg::MRQC_RESET;
      rsrpd_q <= ringside_reg_pkg::RSRPD_RESET[11:0];
      tx_low_q <= '0;
      vet_q <= ringside_reg_pkg::VET_RESET[15:0];
      rxmtrl_q <= ringside_reg_pkg::RXMTRL_RESET;
      rxudp_q <= ringside_reg_pkg::RXUDP_RESET;
    end else if (we) begin
      case (addr)
        ringside_reg_pkg::CTRL_OFFSET: begin
          ctrl_q <= wdata;
          if (phy_reset) phyra_q <= 1'b1;
        end
        ringside_reg_pkg::STATUS_OFFSET: if (!wraw[ringside_reg_pkg::STATUS_PHYRA_BIT]) phyra_q <= 1'b0;
        ringside_reg_pkg::EECD_OFFSET: eecd_q <= wdata;
        ringside_reg_pkg::CTRL_EXT_OFFSET: ctrl_ext_q <= wdata;
        ringside_reg_pkg::SWSM_OFFSET: swsm_q <= wdata;
        ringside_reg_pkg::RCTL_OFFSET: rctl_q <= wdata;
        ringside_reg_pkg::RXDCTL0_OFFSET: begin
          rxdctl0_q <= wdata;
          rxdctl1_q <= wdata;
        end
        ringside_reg_pkg::RXDCTL1_OFFSET: rxdctl1_q <= wdata;
        ringside_reg_pkg::RXCSUM_OFFSET: rxcsum_q <= wdata;
        ringside_reg_pkg::RFCTL_OFFSET: rfctl_q <= wdata;
        ringside_reg_pkg::TCTL_OFFSET: tctl_q <= wdata;
        ringside_reg_pkg::TARC0_OFFSET: tarc0_q <= wdata;
        ringside_reg_pkg::TARC1_OFFSET: tarc1_q <= wdata;
        ringside_reg_pkg::PSRCTL_OFFSET: if (psrctl_ok) psrctl_q <= wdata;
        ringside_reg_pkg::MRQC_OFFSET: mrqc_q <= wdata;
        ringside_reg_pkg::RSRPD_OFFSET: rsrpd_q <= wdata[11:0];
        ringside_reg_pkg::TXDCTL0_OFFSET: tx_low_q[6:0] <= wdata[ringside_reg_pkg::TXDCTL0_LWTHRESH_LSB +: 7];
        ringside_reg_pkg::TXDCTL1_OFFSET: tx_low_q[13:7] <= wdata[ringside_reg_pkg::TXDCTL0_LWTHRESH_LSB +: 7];
        ringside_reg_pkg::VET_OFFSET: vet_q <= wdata[15:0];
        ringside_reg_pkg::RXMTRL_OFFSET: rxmtrl_q <= wdata;
        ringside_reg_pkg::RXUDP_OFFSET: rxudp_q <= wdata;
        default: ;
      endcase
    end else if (re && addr == ringside_reg_pkg::SWSM_OFFSET) begin
      swsm_q[ringside_reg_pkg::SWSM_SMBI_BIT] <= 1'b1;
    end
    if (rst_ni && !srst && autoneg_pause) begin
      ctrl_q[ringside_reg_pkg::CTRL_RFCE_BIT] <= 1'b1;
      ctrl_q[ringside_reg_pkg::CTRL_TFCE_BIT] <= 1'b1;
    end
  end

  // Receive addresses: the first one from the NVM, at reset and by CTRL_EXT.EE_RST.
  logic reread_nvm;
  assign reread_nvm = we && addr == ringside_reg_pkg::CTRL_EXT_OFFSET && wraw[ringside_reg_pkg::CTRL_EXT_EE_RST_BIT];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ral_q <= {480'd0, reset_kind_i ? nvm_mac[31:0] : mac_i[31:0]};
      rah_q <= {480'd0, 16'h8000, reset_kind_i ? nvm_mac[47:32] : mac_i[47:32]};
    end else if (srst) begin
      ral_q <= {480'd0, nvm_mac[31:0]};
      rah_q <= {480'd0, 16'h8000, nvm_mac[47:32]};
    end else if (reread_nvm) begin
      ral_q[31:0] <= nvm_mac[31:0];
      rah_q[31:0] <= {16'h8000, nvm_mac[47:32]};
    end else if (we && in_ra) begin
      if (addr[2]) rah_q[addr[6:3]*32 +: 32] <= wdata;
      else ral_q[addr[6:3]*32 +: 32] <= wdata;
    end
  end

  // Reading.
  always_comb begin
    own_rdata = '0;
    rdata = '0;
    if (re) begin
      case (addr)
        ringside_reg_pkg::CTRL_OFFSET: own_rdata = ctrl_q;
        ringside_reg_pkg::STATUS_OFFSET: own_rdata = status;
        ringside_reg_pkg::EECD_OFFSET: own_rdata = eecd_q | {24'd0, eecd_q[ringside_reg_pkg::EECD_REQ_BIT], 7'd0};
        ringside_reg_pkg::CTRL_EXT_OFFSET: own_rdata = ctrl_ext_q;
        ringside_reg_pkg::FLA_OFFSET: own_rdata = fla_q;
        ringside_reg_pkg::PBA_OFFSET: own_rdata = {pba_q > PbaKib ? 16'd0 : PbaKib - pba_q, pba_q};
        ringside_reg_pkg::PBS_OFFSET: own_rdata = 32'(pbs_q);
        ringside_reg_pkg::SWSM_OFFSET: own_rdata = swsm_q;
        ringside_reg_pkg::RCTL_OFFSET: own_rdata = rctl_q;
        ringside_reg_pkg::RXDCTL0_OFFSET: own_rdata = rxdctl0_q;
        ringside_reg_pkg::RXDCTL1_OFFSET: own_rdata = rxdctl1_q;
        ringside_reg_pkg::RXCSUM_OFFSET: own_rdata = rxcsum_q;
        ringside_reg_pkg::RFCTL_OFFSET: own_rdata = rfctl_q;
        ringside_reg_pkg::TCTL_OFFSET: own_rdata = tctl_q;
        ringside_reg_pkg::TARC0_OFFSET: own_rdata = tarc0_q;
        ringside_reg_pkg::TARC1_OFFSET: own_rdata = tarc1_q;
        ringside_reg_pkg::PSRCTL_OFFSET: own_rdata = psrctl_q;
        ringside_reg_pkg::MRQC_OFFSET: own_rdata = mrqc_q;
        ringside_reg_pkg::RSRPD_OFFSET: own_rdata = 32'(rsrpd_q);
        ringside_reg_pkg::VET_OFFSET: own_rdata = 32'(vet_q);
        ringside_reg_pkg::RXMTRL_OFFSET: own_rdata = rxmtrl_q;
        ringside_reg_pkg::RXUDP_OFFSET: own_rdata = rxudp_q;
        ringside_reg_pkg::RS_MAGIC_OFFSET: own_rdata = ringside_reg_pkg::RS_MAGIC_RESET;
        ringside_reg_pkg::RS_VERSION_OFFSET: own_rdata = ringside_reg_pkg::RS_VERSION_RESET;
        ringside_reg_pkg::RS_FEATURES_OFFSET: own_rdata = feature_q;
        default: begin
          if (plain) own_rdata = plain_written ? plain_rdata : reset;
          else if (in_mta) own_rdata = mta_rdata;
          else if (in_vfta) own_rdata = vfta_rdata;
          else if (in_ra) own_rdata = addr[2] ? rah_q[addr[6:3]*32 +: 32] : ral_q[addr[6:3]*32 +: 32];
        end
      endcase
      rdata = own_rdata | rings_rdata | rss_rdata | nvm_rdata | phy_rdata | irq_rdata_i | stats_rdata_i | time_rdata_i;
    end
  end

  // What the engines see.
  assign master_enable = bus_master_q && !ctrl_q[ringside_reg_pkg::CTRL_GIO_MASTER_DISABLE_BIT];
  assign tx_enable_o = {tarc1_q[ringside_reg_pkg::TARC0_ENABLE_BIT] && feature_q[ringside_reg_pkg::RS_FEATURES_QUEUES_BIT],
                        tarc0_q[ringside_reg_pkg::TARC0_ENABLE_BIT]} &
                       {2{master_enable && tctl_q[ringside_reg_pkg::TCTL_EN_BIT]}};
  assign tx_psp_o = tctl_q[ringside_reg_pkg::TCTL_PSP_BIT];
  assign rx_pause_o = ctrl_q[ringside_reg_pkg::CTRL_RFCE_BIT] && feature_q[ringside_reg_pkg::RS_FEATURES_PAUSE_BIT];
  assign tx_pause_o = ctrl_q[ringside_reg_pkg::CTRL_TFCE_BIT] && feature_q[ringside_reg_pkg::RS_FEATURES_PAUSE_BIT];
  assign rx_enable_o = master_enable && rctl_q[ringside_reg_pkg::RCTL_EN_BIT];
  assign rctl_o = rctl_q;
  assign rfctl_o = rfctl_q;
  assign rxcsum_o = rxcsum_q;
  assign psrctl_o = psrctl_q;
  assign mrqc_o = mrqc_q;
  assign rsrpd_o = rsrpd_q;
  assign tx_low_o = tx_low_q;
  assign ral_o = ral_q;
  assign rah_o = rah_q;
  assign head_wdata_o = wdata[15:0];
  assign vlan_mode_o = ctrl_q[ringside_reg_pkg::CTRL_VME_BIT];
  assign vet_o = vet_q;
  assign rxmtrl_o = rxmtrl_q;
  assign rxudp_o = rxudp_q[15:0];

  assign iame_o = ctrl_ext_q[ringside_reg_pkg::CTRL_EXT_IAME_BIT];
  assign pba_clr_en_o = ctrl_ext_q[ringside_reg_pkg::CTRL_EXT_PBA_CLR_BIT];
  assign timers_clear_en_o = ctrl_ext_q[ringside_reg_pkg::CTRL_EXT_INT_TIMERS_CLEAR_ENA_BIT];

  assign feature_o = feature_q;
  assign link_o = lu;
  assign loopback_o = feature_q[ringside_reg_pkg::RS_FEATURES_LOOPBACK_BIT] &&
                      (phy_loopback || rctl_q[ringside_reg_pkg::RCTL_LBM_LSB +: 2] == LbmMac);
  assign idle_o = axil_idle && phy_idle && lu_valid_q && lu == lu_q && bus_master_i == bus_master_q;
endmodule
