// SPDX-License-Identifier: MIT
//
// VLAN and destination address filter of the 82574 (fact sheet 5.2): the VLAN table and the CFI bit
// for tagged frames; 16 exact addresses, promiscuous modes, broadcast, and the 4096-bit multicast hash
// table. Bits of both tables are looked up by their owner.
// The address's first byte on the wire is in bits 7:0. The verdict is given in the cycle after `load_i`.

module rx_filter (
  input  logic             clk_i,
  input  logic             load_i,
  input  logic [47:0]      da_i,
  input  logic             tagged_i,
  input  logic [15:0]      tag_i,
  input  logic [31:0]      rctl_i,
  input  logic [16*32-1:0] ral_i,
  input  logic [16*32-1:0] rah_i,
  output logic [11:0]      mta_index_o,
  input  logic             mta_bit_i,
  output logic [11:0]      vfta_index_o,
  input  logic             vfta_bit_i,

  output logic             accept_o,
  output logic             inexact_o, // accepted by hash or promiscuous mode only
  output logic             mcast_o,  // group address, broadcast too
  output logic             bcast_o
);
  localparam int unsigned Upe = 3, Mpe = 4, Mo = 12, Bam = 15, Vfe = 18, Cfien = 19, Cfi = 20;

  logic accept_q, inexact_q, mcast_q, bcast_q, mcast, bcast;
  logic [15:0] hash_input;

  function automatic logic listed(input logic [47:0] da, input logic [16*32-1:0] ral,
                                  input logic [16*32-1:0] rah);
    integer i;
    listed = 1'b0;
    for (i = 0; i < 16; i = i + 1) begin
      if (rah[32*i+31] && ral[32*i +: 32] == da[31:0] && rah[32*i +: 16] == da[47:32]) listed = 1'b1;
    end
  endfunction

  assign hash_input = da_i[47:32];
  always_comb begin
    case (rctl_i[Mo +: 2])
      2'd0: mta_index_o = hash_input[15:4];
      2'd1: mta_index_o = hash_input[14:3];
      2'd2: mta_index_o = hash_input[13:2];
      default: mta_index_o = hash_input[11:0];
    endcase
  end

  logic vlan_ok;
  assign vfta_index_o = tag_i[11:0];
  assign vlan_ok = !tagged_i || !rctl_i[Vfe] ||
                   (vfta_bit_i && (!rctl_i[Cfien] || tag_i[12] == rctl_i[Cfi]));

  assign mcast = da_i[0];
  assign bcast = da_i == '1;

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      mcast_q <= mcast;
      bcast_q <= bcast;
      if (listed(da_i, ral_i, rah_i) || (bcast && rctl_i[Bam])) begin
        accept_q <= vlan_ok;
        inexact_q <= 1'b0;
      end else begin
        accept_q <= vlan_ok && (mta_bit_i || (!bcast && (mcast ? rctl_i[Mpe] : rctl_i[Upe])));
        inexact_q <= 1'b1;
      end
    end
  end

  assign accept_o = accept_q;
  assign inexact_o = inexact_q;
  assign mcast_o = mcast_q;
  assign bcast_o = bcast_q;

  logic unused;
  assign unused = ^{rctl_i[31:21], rctl_i[17:16], rctl_i[14], rctl_i[11:5], rctl_i[2:0], tag_i[15:13]};
endmodule
