// SPDX-License-Identifier: MIT
//
// Wake-up (fact sheet 2.5): while the function sleeps (D3hot), a frame of a kind that WUFC names, or a
// change of the link, is noted in WUS and raises PME. WUS tells software who woke it, so a reset by
// software or by the bus leaves it alone; writing ones clears.

module wake_regs (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        reset_kind_i,
  input  logic        srst_i,
  input  logic        asleep_i,

  input  logic        req_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  input  logic [31:0] wraw_i,
  output logic [31:0] rdata_o,

  input  logic        ev_link_i,
  input  logic [3:0]  ev_frame_i,  // broadcast, multicast, unicast, magic packet
  output logic        pme_o,       // pulse

  output logic        idle_o
);
  logic [31:0] wuc_q, wufc_q;
  logic [4:0] wus_q, woken;
  logic here, pme_q;

  always_comb begin
    here = 1'b0;
    rdata_o = '0;
    if (req_i) begin
      here = addr_i == ringside_reg_pkg::WUC_OFFSET || addr_i == ringside_reg_pkg::WUFC_OFFSET ||
             addr_i == ringside_reg_pkg::WUS_OFFSET;
      case (addr_i)
        ringside_reg_pkg::WUC_OFFSET: rdata_o = wuc_q;
        ringside_reg_pkg::WUFC_OFFSET: rdata_o = wufc_q;
        ringside_reg_pkg::WUS_OFFSET: rdata_o = 32'(wus_q);
        default: ;
      endcase
    end
  end

  assign woken = asleep_i ? wufc_q[4:0] & {ev_frame_i, ev_link_i} : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      wuc_q <= '0;
      wufc_q <= '0;
    end else if (here && we_i) begin
      if (addr_i == ringside_reg_pkg::WUC_OFFSET) wuc_q <= wdata_i;
      if (addr_i == ringside_reg_pkg::WUFC_OFFSET) wufc_q <= wdata_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni && !reset_kind_i) wus_q <= '0;
    else if (here && we_i && addr_i == ringside_reg_pkg::WUS_OFFSET) wus_q <= (wus_q & ~wraw_i[4:0]) | woken;
    else wus_q <= wus_q | woken;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) pme_q <= 1'b0;
    else pme_q <= woken != '0;
  end

  assign pme_o = pme_q;
  assign idle_o = !here && woken == '0 && !pme_q;

  logic unused;
  assign unused = ^wraw_i[31:5];
endmodule
