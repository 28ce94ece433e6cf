// SPDX-License-Identifier: MIT
//
// MDIC and the PHY behind it (82574 internal PHY, address 1): IEEE 802.3 clause 22 registers 0..15,
// vendor registers 16..31 in pages chosen by register 22, auto-negotiation and the link.
//
// An MDIC access is done when the register write is. The link is up when the carrier is, no
// auto-negotiation runs and the PHY has power; loopback (BMCR.14) counts as link. Auto-negotiation
// takes `autoneg_ns_i` from its start, or from the carrier's return. After a reset the link is up at
// once when the carrier is (QEMU's qtest asks for it).

module phy_mdic (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,
  input  logic [63:0] now_i,
  input  logic [63:0] autoneg_ns_i,
  input  logic        link_up_i,
  input  logic        phy_reset_i,   // CTRL.PHY_RST

  input  logic        re_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  output logic        link_o,
  output logic        loopback_o,
  output logic        ev_autoneg_pause_o,  // both sides have agreed on pause frames
  output logic        ev_mdac_o,

  output logic        idle_o,
  output logic [63:0] deadline_o
);
  // Registers, and the bits that software writes.
  localparam logic [4:0] Bmcr = 5'd0, Bmsr = 5'd1, PhyId1 = 5'd2, PhyId2 = 5'd3, Anar = 5'd4;
  localparam logic [4:0] Anlpar = 5'd5, Aner = 5'd6, Annp = 5'd7, Ctrl1000 = 5'd9, Stat1000 = 5'd10;
  localparam logic [4:0] ExtStat = 5'd15, CopperCtrl1 = 5'd16, CopperStat1 = 5'd17, Page = 5'd22;
  localparam logic [4:0] OemBits = 5'd25;
  localparam int unsigned BmcrReset = 15, BmcrLoopback = 14, BmcrAnEnable = 12, BmcrPowerDown = 11;
  localparam int unsigned BmcrAnRestart = 9, AnarPause = 10, OemAnRestart = 10;
  localparam logic [15:0] BmcrMask = 16'h7dc0;  // all but the self-clearing RESET, AN_RESTART, 5:0
  localparam logic [4:0] MyAddress = 5'd1;
  localparam logic [1:0] OpWrite = 2'd1, OpRead = 2'd2;

  logic [29:0] mdic_q;  // INT_EN, READY, OP, PHY, REG, DATA
  logic mdic_error_q;
  logic [15:0] bmcr_q, anar_q, annp_q, ctrl1000_q, page_q;
  logic an_complete_q, link_lost_q, carrier_q;
  logic an_busy_q;
  logic [63:0] an_until_q;

  logic access, write, read, good, page_known, paged, paged_written, phy_clear;
  logic an_restart, an_start, an_done, power_up;
  logic [4:0] register;
  logic [2:0] slot;
  logic [15:0] wdata, paged_wdata, rdata, paged_rdata;

  assign access = we_i ? addr_i == ringside_reg_pkg::MDIC_OFFSET : 1'b0;
  assign register = wdata_i[ringside_reg_pkg::MDIC_REG_LSB +: 5];
  assign wdata = wdata_i[15:0];
  // OEM_BITS' restart bit clears itself.
  always_comb begin
    paged_wdata = wdata;
    if (slot == 3'd0 && register == OemBits) paged_wdata[OemAnRestart] = 1'b0;
  end

  assign paged = register > 5'd15 && register != Page;

  // The pages that exist, numbered; those of the loopback test (769, 776) only store.
  always_comb begin
    page_known = 1'b1;
    slot = 3'd7;
    good = 1'b0;
    write = 1'b0;
    read = 1'b0;
    if (access) begin
      case (page_q)
        16'd0: slot = 3'd0;
        16'd2: slot = 3'd1;
        16'd3: slot = 3'd2;
        16'd5: slot = 3'd3;
        16'd6: slot = 3'd4;
        16'd769: slot = 3'd5;
        16'd776: slot = 3'd6;
        default: page_known = 1'b0;
      endcase
      good = wdata_i[ringside_reg_pkg::MDIC_PHY_LSB +: 5] == MyAddress && (page_known || !paged);
      write = good && wdata_i[ringside_reg_pkg::MDIC_OP_LSB +: 2] == OpWrite;
      read = good && wdata_i[ringside_reg_pkg::MDIC_OP_LSB +: 2] == OpRead;
    end
  end


  reg_ram #(
    .Width(16),
    .Words(128)
  ) i_paged (
    .clk_i,
    .clear_i(!rst_ni || srst_i || phy_clear),
    .we_i(write && paged),
    .index_i({slot, register[3:0]}),
    .wdata_i(paged_wdata),
    .rdata_o(paged_rdata),
    .written_o(paged_written)
  );

  // Registers 16..31: reset values; read-only ones never take what was written.
  function automatic logic [15:0] paged_reset(input logic [2:0] page_slot, input logic [4:0] number);
    case ({page_slot, number})
      {3'd0, CopperCtrl1}: paged_reset = 16'h3360;
      {3'd1, 5'd16}: paged_reset = 16'h0088;
      {3'd1, 5'd21}: paged_reset = 16'h1046;
      {3'd2, 5'd18}: paged_reset = 16'h4005;
      default: paged_reset = '0;
    endcase
  endfunction

  function automatic logic paged_read_only(input logic [2:0] page_slot, input logic [4:0] number);
    case (page_slot)
      3'd0: paged_read_only = number == 5'd17 || number == 5'd19 || number == 5'd21;
      3'd1: paged_read_only = number == 5'd19;
      3'd3, 3'd4: paged_read_only = 1'b1;
      default: paged_read_only = 1'b0;
    endcase
  endfunction

  always_comb begin
    rdata = '0;
    if (read) begin
      case (register)
        Bmcr: rdata = bmcr_q;
        Bmsr: rdata = {10'h1e5, an_complete_q, 2'b01, link_o && !link_lost_q, 2'b01};
        PhyId1: rdata = 16'h0141;
        PhyId2: rdata = 16'h0cb1;
        Anar: rdata = anar_q;
        Anlpar: rdata = 16'h07e0 | {1'b0, an_complete_q, 14'd0};
        Aner: rdata = 16'h0005;
        Annp: rdata = annp_q;
        Ctrl1000: rdata = ctrl1000_q;
        Stat1000: rdata = 16'h3c00;
        ExtStat: rdata = 16'h3000;
        Page: rdata = page_q;
        CopperStat1: if (slot == 3'd0) rdata = link_o ? 16'hac08 : 16'h0008;
                     else rdata = paged_written ? paged_rdata : '0;
        default: begin
          if (!paged) rdata = '0;
          else if (paged_written && !paged_read_only(slot, register)) rdata = paged_rdata;
          else rdata = paged_reset(slot, register);
        end
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      mdic_q <= '0;
      mdic_error_q <= 1'b0;
    end else if (access) begin
      mdic_q <= {wdata_i[29], 1'b1, wdata_i[27:16], read ? rdata : wdata};
      mdic_error_q <= !write && !read;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i || phy_clear) begin
      bmcr_q <= 16'h1140;
      anar_q <= 16'h0de1;
      annp_q <= 16'h2001;
      ctrl1000_q <= 16'h0f00;
      page_q <= '0;
    end else if (write) begin
      case (register)
        Bmcr: bmcr_q <= wdata & BmcrMask;
        Anar: anar_q <= wdata;
        Annp: annp_q <= wdata;
        Ctrl1000: ctrl1000_q <= wdata;
        Page: page_q <= wdata;
        default: ;
      endcase
    end
  end

  // Auto-negotiation.
  always_comb begin
    phy_clear = phy_reset_i;
    an_restart = 1'b0;
    power_up = 1'b0;
    if (write) begin
      if (register == Bmcr) begin
        phy_clear = phy_reset_i || wdata[BmcrReset];
        an_restart = wdata[BmcrAnRestart] && wdata[BmcrAnEnable];
        power_up = bmcr_q[BmcrPowerDown] && !wdata[BmcrPowerDown] && wdata[BmcrAnEnable];
      end else if (register == OemBits && slot == 3'd0) begin
        an_restart = wdata[OemAnRestart] && bmcr_q[BmcrAnEnable];
      end
    end
  end

  assign an_start = phy_clear || an_restart || power_up ||
                    (link_up_i && !carrier_q && (an_busy_q || bmcr_q[BmcrAnEnable]));
  assign an_done = an_busy_q && carrier_q && now_i >= an_until_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      carrier_q <= link_up_i;
      an_busy_q <= 1'b0;
      an_complete_q <= 1'b0;
    end else begin
      carrier_q <= link_up_i;
      if (an_start) begin
        an_busy_q <= 1'b1;
        an_until_q <= now_i + autoneg_ns_i;
        an_complete_q <= 1'b0;
      end else if (write && register == Bmcr && !wdata[BmcrAnEnable]) begin
        an_busy_q <= 1'b0;
        an_complete_q <= 1'b0;
      end else if (an_done) begin
        an_busy_q <= 1'b0;
        an_complete_q <= !bmcr_q[BmcrPowerDown];
      end
    end
  end

  assign link_o = bmcr_q[BmcrLoopback] || (carrier_q && !an_busy_q && !bmcr_q[BmcrPowerDown]);
  assign loopback_o = bmcr_q[BmcrLoopback];
  // The partner advertises pause always.
  assign ev_autoneg_pause_o = an_done && !bmcr_q[BmcrPowerDown] && anar_q[AnarPause];
  assign ev_mdac_o = access && wdata_i[ringside_reg_pkg::MDIC_INT_EN_BIT];

  // BMSR's link bit shows a loss until it is read.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) link_lost_q <= 1'b0;
    else if (!link_o) link_lost_q <= 1'b1;
    else if (read && register == Bmsr) link_lost_q <= 1'b0;
  end

  assign rdata_o = re_i && addr_i == ringside_reg_pkg::MDIC_OFFSET ?
                   {1'b0, mdic_error_q, mdic_q} : '0;

  assign idle_o = !access && !phy_reset_i && !an_done && link_up_i == carrier_q &&
                  (link_o || link_lost_q);
  assign deadline_o = an_busy_q && carrier_q ? an_until_q : '1;

  logic unused_mdic;
  assign unused_mdic = ^wdata_i[31:30] ^ wdata_i[28];
endmodule
