// SPDX-License-Identifier: MIT
//
// Interrupt controller of the 82574L: causes (ICR), masks (IMS), auto-mask and auto-clear, MSI-X vector
// map, delays and moderation.
//
// A cycle has two stages. First what an access or a sent message clears, then what events, ICS and
// expired delays set. An interrupt is posted for the causes that are pending and enabled now and were
// not before (edge), so a cause that stays does not interrupt again, while enabling a pending cause
// (IMS) or setting one again after it was cleared does. The throttle sends posts when their interval
// allows; EIAC clears (and, without CTRL_EXT.IAME, masks) the causes that a message carries when it is
// sent. In MSI-X mode reading ICR does not take a waiting message back; masking its cause does.
//
// A change of mode forgets delays, waiting messages and intervals, and posts what is pending anew.

module irq_ctrl (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,
  input  logic [63:0] now_i,
  input  logic [1:0]  irq_mode_i,        // 0 INTx, 1 MSI, 2 MSI-X
  input  logic        moderation_en_i,
  input  logic        iame_i,            // CTRL_EXT
  input  logic        pba_clr_en_i,
  input  logic        timers_clear_en_i,

  input  logic        re_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wraw_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,
  output logic        tx_wb_all_o,       // IVAR.31

  // Events; those of queues have a bit a queue.
  input  logic [1:0]  ev_tx_wb_i,
  input  logic [1:0]  ev_tx_wb_ide_i,
  input  logic        ev_txqe_i,
  input  logic        ev_txd_low_i,
  input  logic [1:0]  ev_rx_wb_i,
  input  logic        ev_rxdmt_i,
  input  logic        ev_rxo_i,
  input  logic        ev_srpd_i,
  input  logic        ev_ack_i,
  input  logic        ev_lsc_i,
  input  logic        ev_mdac_i,

  output logic        irq_req_o,
  output logic [2:0]  irq_vec_o,
  input  logic        irq_ack_i,
  output logic        intx_o,
  output logic [4:0]  pba_clr_o,
  output logic        ev_sent_o,         // for IAC
  output logic [3:0]  ev_expired_o,      // delays: transmit absolute, packet, receive absolute, packet

  output logic        idle_o,
  output logic [63:0] deadline_o
);
  localparam logic [1:0] ModeIntx = 2'd0, ModeMsix = 2'd2;

  // Causes, and the groups they form.
  localparam logic [31:0] Txdw = 32'd1 << ringside_reg_pkg::ICR_TXDW_BIT;
  localparam logic [31:0] Txqe = 32'd1 << ringside_reg_pkg::ICR_TXQE_BIT;
  localparam logic [31:0] Lsc = 32'd1 << ringside_reg_pkg::ICR_LSC_BIT;
  localparam logic [31:0] Rxdmt0 = 32'd1 << ringside_reg_pkg::ICR_RXDMT0_BIT;
  localparam logic [31:0] Rxo = 32'd1 << ringside_reg_pkg::ICR_RXO_BIT;
  localparam logic [31:0] Rxt0 = 32'd1 << ringside_reg_pkg::ICR_RXT0_BIT;
  localparam logic [31:0] Mdac = 32'd1 << ringside_reg_pkg::ICR_MDAC_BIT;
  localparam logic [31:0] TxdLow = 32'd1 << ringside_reg_pkg::ICR_TXD_LOW_BIT;
  localparam logic [31:0] Srpd = 32'd1 << ringside_reg_pkg::ICR_SRPD_BIT;
  localparam logic [31:0] Ack = 32'd1 << ringside_reg_pkg::ICR_ACK_BIT;
  localparam logic [31:0] Mng = 32'd1 << ringside_reg_pkg::ICR_MNG_BIT;
  localparam logic [31:0] Other = 32'd1 << ringside_reg_pkg::ICR_OTHER_BIT;
  localparam logic [31:0] OtherGroup = Lsc | Rxo | Mdac | Srpd | Ack | Mng;
  localparam logic [31:0] AllCauses = ringside_reg_pkg::IMS_MASK;
  localparam int unsigned MsixLsb = ringside_reg_pkg::ICR_RXQ0_BIT;  // RXQ0 .. OTHER are 5 bits in a row

  logic [31:0] icr_q, ims_q, iam_q, eiac_q, ivar_q;
  logic [15:0] itr_q, rdtr_q, radv_q, tidv_q, tadv_q, raid_q;
  logic [5*16-1:0] eitr_q;
  logic [4:0] pbaclr_q, pba_clr_q;
  logic [1:0] mode_q;
  logic intx_q;

  logic msix, reset, mode_change, here, wr_here, rd_here, any_event, active;
  logic asserted, timers_clear, in_eitr, interval_we;
  logic [2:0] eitr_index;
  logic [31:0] icr_clear, ims_clear, ims_set, ics, causes;
  logic [31:0] icr_kept, ims_kept, icr_d, ims_d, held, newly;
  logic [4:0] pba_clr_d, cause_sent;
  logic [31:0] sent_auto;
  logic rx_event, tx_event, ack_event, rx_fire, tx_fire, ack_fire, rx_due, tx_due, rx_fpd, tx_fpd, immediate;
  logic often, rx_absolute, tx_absolute, unused_ack_absolute, unused_ack_due;
  logic [15:0] ack_delay;
  logic intx_assert, throttle_idle;
  logic [63:0] rx_deadline, tx_deadline, ack_deadline, throttle_deadline;

  assign reset = !rst_ni || srst_i;
  assign msix = irq_mode_i == ModeMsix;
  assign mode_change = irq_mode_i != mode_q;
  // Decoded only when there is an access: nothing of it is evaluated in the simulator otherwise.
  always_comb begin
    here = 1'b0;
    in_eitr = 1'b0;
    if (we_i || re_i) begin
      case (addr_i)
        ringside_reg_pkg::RDTR_OFFSET, ringside_reg_pkg::RADV_OFFSET, ringside_reg_pkg::TIDV_OFFSET,
        ringside_reg_pkg::TADV_OFFSET, ringside_reg_pkg::RAID_OFFSET, ringside_reg_pkg::PBACLR_OFFSET: here = 1'b1;
        default: here = addr_i[16:6] == ringside_reg_pkg::ICR_OFFSET[16:6];
      endcase
      in_eitr = addr_i >= ringside_reg_pkg::EITR_OFFSET &&
                addr_i < ringside_reg_pkg::EITR_OFFSET + 17'(4 * ringside_reg_pkg::EITR_COUNT);
    end
  end

  assign wr_here = here && we_i;
  assign rd_here = here && re_i;
  assign interval_we = wr_here && (in_eitr || addr_i == ringside_reg_pkg::ITR_OFFSET);
  assign eitr_index = addr_i[4:2] - ringside_reg_pkg::EITR_OFFSET[4:2];
  assign asserted = icr_q != '0;

  // What this cycle's access does.
  always_comb begin
    icr_clear = '0;
    ims_clear = '0;
    ims_set = '0;
    ics = '0;
    pba_clr_d = '0;
    timers_clear = 1'b0;
    rx_fpd = 1'b0;
    tx_fpd = 1'b0;
    if (wr_here) begin
      case (addr_i)
        ringside_reg_pkg::ICR_OFFSET: begin
          icr_clear = wraw_i | ((wraw_i & Other) != '0 ? OtherGroup : '0);
          if (asserted && iame_i) ims_clear = iam_q;
        end
        ringside_reg_pkg::ICS_OFFSET: ics = wraw_i & AllCauses;
        ringside_reg_pkg::IMS_OFFSET: begin
          ims_set = wraw_i & AllCauses;
          timers_clear = timers_clear_en_i && ims_set == AllCauses;
          if (msix && pba_clr_en_i) begin
            for (int unsigned c = 0; c < 5; c++) begin
              for (int unsigned v = 0; v < 5; v++) begin
                if (wraw_i[MsixLsb + c] && ivar_q[c*4 +: 4] == {1'b1, 3'(v)}) pba_clr_d[v] = 1'b1;
              end
            end
          end
        end
        ringside_reg_pkg::IMC_OFFSET: ims_clear = wraw_i;
        ringside_reg_pkg::PBACLR_OFFSET: pba_clr_d = wraw_i[4:0];
        ringside_reg_pkg::RDTR_OFFSET: rx_fpd = wraw_i[ringside_reg_pkg::RDTR_FPD_BIT];
        ringside_reg_pkg::TIDV_OFFSET: tx_fpd = wraw_i[ringside_reg_pkg::TIDV_FPD_BIT];
        default: ;
      endcase
    end else if (rd_here && addr_i == ringside_reg_pkg::ICR_OFFSET) begin
      if (!msix || ims_q == '0 || (icr_q & ims_q) != '0 || iame_i) icr_clear = '1;
      if (asserted && iame_i) ims_clear = iam_q;
    end
  end

  // Events. Delays are for INTx and MSI; a cause that is not delayed takes the delayed ones along.
  assign any_event = ev_tx_wb_i != '0 || ev_txqe_i || ev_txd_low_i || ev_rx_wb_i != '0 || ev_rxdmt_i || ev_rxo_i || ev_srpd_i ||
                     ev_ack_i || ev_lsc_i || ev_mdac_i;
  assign rx_event = ev_rx_wb_i != '0 && !msix;
  assign tx_event = (ev_tx_wb_i & ev_tx_wb_ide_i) != '0 && !msix;
  assign ack_event = ev_ack_i && !msix;
  assign immediate = !msix && ((ev_tx_wb_i & ~ev_tx_wb_ide_i) != '0 || ev_rxdmt_i || ev_rxo_i || ev_lsc_i ||
                               ev_mdac_i || ics != '0 || often);
  // These come all the time: they take others along only where software wants them.
  assign often = (ev_txd_low_i && ims_q[ringside_reg_pkg::ICR_TXD_LOW_BIT]) ||
                 (ev_srpd_i && ims_q[ringside_reg_pkg::ICR_SRPD_BIT]) ||
                 (ev_ack_i && ack_delay == '0 && ims_q[ringside_reg_pkg::ICR_ACK_BIT]);
  assign ack_delay = moderation_en_i ? raid_q : '0;

  irq_delay i_rx_delay (
    .clk_i,
    .clear_i(reset || mode_change),
    .now_i,
    .packet_delay_i(moderation_en_i ? rdtr_q : '0),
    .absolute_delay_i(radv_q),
    .event_i(rx_event),
    .flush_i(immediate || rx_fpd),
    .due_o(rx_due),
    .absolute_o(rx_absolute),
    .fire_o(rx_fire),
    .deadline_o(rx_deadline)
  );

  irq_delay i_tx_delay (
    .clk_i,
    .clear_i(reset || mode_change),
    .now_i,
    .packet_delay_i(moderation_en_i ? tidv_q : '0),
    .absolute_delay_i(tadv_q),
    .event_i(tx_event),
    .flush_i(immediate || tx_fpd),
    .due_o(tx_due),
    .absolute_o(tx_absolute),
    .fire_o(tx_fire),
    .deadline_o(tx_deadline)
  );

  irq_delay i_ack_delay (
    .clk_i,
    .clear_i(reset || mode_change),
    .now_i,
    .packet_delay_i(ack_delay),
    .absolute_delay_i(raid_q),  // from the first ACK
    .event_i(ack_event),
    .flush_i(immediate),
    .due_o(unused_ack_due),
    .absolute_o(unused_ack_absolute),
    .fire_o(ack_fire),
    .deadline_o(ack_deadline)
  );

  assign ev_expired_o = {tx_due && tx_absolute, tx_due && !tx_absolute, rx_due && rx_absolute, rx_due && !rx_absolute};

  assign active = any_event || rx_fire || tx_fire || ack_fire || wr_here || rd_here || mode_change || cause_sent != '0;

  // The two stages.
  always_comb begin
    causes = '0;
    sent_auto = '0;
    icr_kept = icr_q;
    ims_kept = ims_q;
    icr_d = icr_q;
    ims_d = ims_q;
    held = ims_q & icr_q;
    newly = '0;
    if (active) begin
      sent_auto[MsixLsb +: 5] = cause_sent;
      sent_auto = sent_auto & eiac_q;
      icr_kept = icr_q & ~icr_clear & ~sent_auto;
      ims_kept = ims_q & ~ims_clear & ~(iame_i ? '0 : sent_auto);

      causes = ics;
      if (msix) begin
        causes[ringside_reg_pkg::ICR_RXQ0_BIT +: 2] = causes[ringside_reg_pkg::ICR_RXQ0_BIT +: 2] | ev_rx_wb_i;
        causes[ringside_reg_pkg::ICR_TXQ0_BIT +: 2] = causes[ringside_reg_pkg::ICR_TXQ0_BIT +: 2] | ev_tx_wb_i;
        if (ev_ack_i) causes = causes | Ack;
      end else begin
        if ((ev_tx_wb_i & ~ev_tx_wb_ide_i) != '0) causes = causes | Txdw;
        if (ack_fire) causes = causes | Ack;
      end
      if (tx_fire) causes = causes | Txdw;
      if (ev_txqe_i) causes = causes | Txqe;
      if (ev_txd_low_i) causes = causes | TxdLow;
      if (rx_fire) causes = causes | Rxt0;
      if (ev_rxdmt_i) causes = causes | Rxdmt0;
      if (ev_rxo_i) causes = causes | Rxo;
      if (ev_srpd_i) causes = causes | Srpd;
      if (ev_lsc_i) causes = causes | Lsc;
      if (ev_mdac_i) causes = causes | Mdac;
      icr_d = icr_kept | causes;
      if (msix && ((causes & OtherGroup) != '0 || (ims_set != '0 && (icr_d & OtherGroup) != '0)))
        icr_d = icr_d | Other;
      ims_d = ims_kept | ims_set;

      held = ims_q & icr_q & icr_kept & ims_kept;
      newly = ims_d & icr_d & ~(mode_change ? '0 : held);
    end
  end

  irq_throttle i_throttle (
    .clk_i,
    .clear_i(reset || mode_change),
    .restart_i(timers_clear),
    .hold_i(we_i || re_i),
    .write_i(wr_here),
    .now_i,
    .moderate_i(moderation_en_i),
    .msix_i(msix),
    .intx_i(irq_mode_i == ModeIntx),
    .ivar_i(ivar_q),
    .itr_i(itr_q),
    .eitr_i(eitr_q),
    .interval_we_i(interval_we),
    .interval_index_i(in_eitr ? eitr_index : 3'd5),
    .interval_i(wdata_i[15:0]),
    .cause_post_i(msix && !reset ? newly[MsixLsb +: 5] : '0),
    .cause_keep_i(ims_kept[MsixLsb +: 5]),
    .cause_sent_o(cause_sent),
    .line_post_i(!msix && !reset && newly != '0 && !(intx_q && held != '0 && !mode_change)),
    .line_keep_i(held != '0),
    .intx_assert_o(intx_assert),
    .irq_req_o,
    .irq_vec_o,
    .irq_ack_i,
    .ev_sent_o,
    .idle_o(throttle_idle),
    .deadline_o(throttle_deadline)
  );

  always_ff @(posedge clk_i) begin
    mode_q <= irq_mode_i;
    if (reset) begin
      icr_q <= '0;
      ims_q <= '0;
      intx_q <= 1'b0;
    end else begin
      if (active) begin
        icr_q <= icr_d;
        ims_q <= ims_d;
      end
      intx_q <= !mode_change && held != '0 && (intx_q || intx_assert);
    end
  end

  always_ff @(posedge clk_i) begin
    if (reset) begin
      itr_q <= '0;
      eitr_q <= '0;
      iam_q <= '0;
      eiac_q <= '0;
      ivar_q <= '0;
      rdtr_q <= '0;
      radv_q <= '0;
      tidv_q <= '0;
      tadv_q <= '0;
      raid_q <= '0;
      pbaclr_q <= '0;
      pba_clr_q <= '0;
    end else begin
      pba_clr_q <= pba_clr_d;
      if (wr_here) begin
        case (addr_i)
          ringside_reg_pkg::ITR_OFFSET: itr_q <= wdata_i[15:0];
          ringside_reg_pkg::IAM_OFFSET: iam_q <= wdata_i;
          ringside_reg_pkg::EIAC_OFFSET: eiac_q <= wdata_i;
          ringside_reg_pkg::IVAR_OFFSET: ivar_q <= wdata_i;
          ringside_reg_pkg::RDTR_OFFSET: rdtr_q <= wdata_i[15:0];
          ringside_reg_pkg::RADV_OFFSET: radv_q <= wdata_i[15:0];
          ringside_reg_pkg::TIDV_OFFSET: tidv_q <= wdata_i[15:0];
          ringside_reg_pkg::TADV_OFFSET: tadv_q <= wdata_i[15:0];
          ringside_reg_pkg::RAID_OFFSET: raid_q <= wdata_i[15:0];
          ringside_reg_pkg::PBACLR_OFFSET: pbaclr_q <= wdata_i[4:0];
          default: if (in_eitr) eitr_q[eitr_index*16 +: 16] <= wdata_i[15:0];
        endcase
      end
    end
  end

  always_comb begin
    rdata_o = '0;
    if (rd_here) begin
      case (addr_i)
        ringside_reg_pkg::ICR_OFFSET, ringside_reg_pkg::ICS_OFFSET: rdata_o = {asserted, icr_q[30:0]};
        ringside_reg_pkg::IMS_OFFSET: rdata_o = ims_q;
        ringside_reg_pkg::ITR_OFFSET: rdata_o = 32'(itr_q);
        ringside_reg_pkg::IAM_OFFSET: rdata_o = iam_q;
        ringside_reg_pkg::EIAC_OFFSET: rdata_o = eiac_q;
        ringside_reg_pkg::IVAR_OFFSET: rdata_o = ivar_q;
        ringside_reg_pkg::RDTR_OFFSET: rdata_o = 32'(rdtr_q);
        ringside_reg_pkg::RADV_OFFSET: rdata_o = 32'(radv_q);
        ringside_reg_pkg::TIDV_OFFSET: rdata_o = 32'(tidv_q);
        ringside_reg_pkg::TADV_OFFSET: rdata_o = 32'(tadv_q);
        ringside_reg_pkg::RAID_OFFSET: rdata_o = 32'(raid_q);
        ringside_reg_pkg::PBACLR_OFFSET: rdata_o = 32'(pbaclr_q);
        default: if (in_eitr) rdata_o = 32'(eitr_q[eitr_index*16 +: 16]);
      endcase
    end
  end

  assign tx_wb_all_o = ivar_q[ringside_reg_pkg::IVAR_TX_WB_ALL_BIT];
  assign intx_o = intx_q;
  assign pba_clr_o = pba_clr_q;

  assign idle_o = !active && pba_clr_q == '0 && throttle_idle;

  function automatic logic [63:0] earlier(input logic [63:0] a, input logic [63:0] b);
    earlier = a < b ? a : b;
  endfunction

  assign deadline_o = earlier(earlier(throttle_deadline, ack_deadline), earlier(rx_deadline, tx_deadline));
endmodule
