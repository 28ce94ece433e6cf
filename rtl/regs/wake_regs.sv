// SPDX-License-Identifier: MIT
//
// Wake-up (fact sheet 2.5): while the function sleeps (D3hot), a frame of a kind that WUFC names, or a
// change of the link, is noted in WUS and raises PME. WUS tells software who woke it, so a reset by
// software or by the bus leaves it alone; writing ones clears. While a frame is noted no other wakes, so
// that WUPL and WUPM (wake_packet) tell of that one; nor does the link while its change is noted.
//
// What the filters compare with (IPAV, IP4AT, IP6AT, FFLT) is plain storage for software; a copy of what
// is needed leaves from here.

module wake_regs (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         reset_kind_i,
  input  logic         srst_i,
  input  logic         asleep_i,

  input  logic         req_i,
  input  logic         we_i,
  input  logic [16:0]  addr_i,
  input  logic [31:0]  wdata_i,
  input  logic [31:0]  wraw_i,
  output logic [31:0]  rdata_o,

  output logic [4:0]   valid_o,      // of the addresses: IPv6, IPv4 3 to 0
  output logic [127:0] ip4_o,
  output logic [127:0] ip6_o,
  output logic [43:0]  flex_len_o,
  input  logic         look_i,       // at the filters' entry of this byte
  input  logic [6:0]   look_byte_i,
  output logic [3:0]   flex_mask_o,
  output logic [31:0]  flex_value_o,

  input  logic         ev_link_i,
  input  logic [10:0]  ev_frame_i,   // flexible filters 3 to 0, IPv6, IPv4, ARP, broadcast, multicast, unicast, magic packet
  input  logic         byte_valid_i, // of a frame that may wake
  input  logic [6:0]   byte_index_i,
  input  logic [7:0]   byte_i,
  input  logic [11:0]  length_i,     // with ev_frame_i
  output logic         pme_o,        // pulse

  output logic         idle_o
);
  localparam logic [19:0] Frames = 20'hF00FE;  // bits of WUFC and WUS

  logic [31:0] wuc_q, wufc_q;
  logic [19:0] wus_q, woken;
  logic [4:0] valid_q;
  logic [127:0] ip4_q, ip6_q;
  logic [43:0] flex_len_q;
  logic here, pme_q, clear, open, store;
  logic [31:0] own_rdata, table_rdata, packet_rdata;

  assign clear = !rst_ni || srst_i;

  always_comb begin
    here = 1'b0;
    own_rdata = '0;
    if (req_i) begin
      here = addr_i == ringside_reg_pkg::WUC_OFFSET || addr_i == ringside_reg_pkg::WUFC_OFFSET ||
             addr_i == ringside_reg_pkg::WUS_OFFSET;
      case (addr_i)
        ringside_reg_pkg::WUC_OFFSET: own_rdata = wuc_q;
        ringside_reg_pkg::WUFC_OFFSET: own_rdata = wufc_q;
        ringside_reg_pkg::WUS_OFFSET: own_rdata = 32'(wus_q);
        default: ;
      endcase
    end
  end

  assign open = (wus_q & Frames) == '0;

  always_comb begin
    woken = '0;
    if (asleep_i) begin
      if (open) woken = {ev_frame_i[10:7], 8'd0, ev_frame_i[6:0], 1'b0} & wufc_q[19:0];
      woken[0] = ev_link_i && wufc_q[0] && !wus_q[0];
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear) begin
      wuc_q <= '0;
      wufc_q <= '0;
    end else if (here && we_i) begin
      if (addr_i == ringside_reg_pkg::WUC_OFFSET) wuc_q <= wdata_i;
      if (addr_i == ringside_reg_pkg::WUFC_OFFSET) wufc_q <= wdata_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni && !reset_kind_i) wus_q <= '0;
    else if (here && we_i && addr_i == ringside_reg_pkg::WUS_OFFSET) wus_q <= (wus_q & ~wraw_i[19:0]) | woken;
    else wus_q <= wus_q | woken;
  end

  always_ff @(posedge clk_i) begin
    if (clear) pme_q <= 1'b0;
    else pme_q <= woken != '0;
  end

  // What frames are compared with.
  always_ff @(posedge clk_i) begin
    if (clear) begin
      valid_q <= '0;
      ip4_q <= '0;
      ip6_q <= '0;
      flex_len_q <= '0;
    end else if (req_i && we_i) begin
      if (addr_i == ringside_reg_pkg::IPAV_OFFSET) valid_q <= {wdata_i[16], wdata_i[3:0]};
      for (int unsigned i = 0; i < 4; i++) begin
        if (addr_i == ringside_reg_pkg::IP4AT_OFFSET + 17'(8 * i)) ip4_q[32*i +: 32] <= wdata_i;
        if (addr_i == ringside_reg_pkg::IP6AT_OFFSET + 17'(4 * i)) ip6_q[32*i +: 32] <= wdata_i;
        if (addr_i == ringside_reg_pkg::FFLT_OFFSET + 17'(8 * i)) flex_len_q[11*i +: 11] <= wdata_i[10:0];
      end
    end
  end

  assign valid_o = valid_q;
  assign ip4_o = ip4_q;
  assign ip6_o = ip6_q;
  assign flex_len_o = flex_len_q;

  wake_table i_table (
    .clk_i,
    .clear_i(clear),
    .req_i,
    .we_i,
    .addr_i,
    .wdata_i,
    .rdata_o(table_rdata),
    .look_i,
    .byte_i(look_byte_i),
    .mask_o(flex_mask_o),
    .value_o(flex_value_o)
  );

  assign store = byte_valid_i && open;

  wake_packet i_packet (
    .clk_i,
    .clear_i(!rst_ni && !reset_kind_i),
    .req_i,
    .we_i,
    .addr_i,
    .wdata_i,
    .rdata_o(packet_rdata),
    .byte_valid_i(store),
    .byte_index_i,
    .byte_i,
    .woken_i((woken & Frames) != '0),
    .length_i
  );

  assign rdata_o = own_rdata | table_rdata | packet_rdata;
  assign pme_o = pme_q;
  assign idle_o = !req_i && woken == '0 && !pme_q && !store;

  logic unused;
  assign unused = ^{wraw_i[31:20]};
endmodule
