// SPDX-License-Identifier: MIT
//
// Looks in a frame's bytes for an IP address of the host's: ARP requests (RFC 826: Ethernet, IPv4) whose
// target it is, IPv4 and IPv6 packets whose destination it is. One tag of the type in VET is stepped over.
// To whom the frame is on the Ethernet is not looked at here.

module wake_address (
  input  logic         clk_i,
  input  logic         tags_i,   // there are VLAN tags
  input  logic [15:0]  vet_i,
  input  logic [4:0]   valid_i,  // of the addresses: IPv6, IPv4 3 to 0
  input  logic [127:0] ip4_i,    // first byte on the wire lowest
  input  logic [127:0] ip6_i,

  input  logic         byte_valid_i,
  input  logic [10:0]  index_i,  // of the byte in the frame, 2047 at most
  input  logic [7:0]   byte_i,

  output logic         arp_o,    // of the frame so far
  output logic         ip4_o,
  output logic         ip6_o
);
  localparam logic [15:0] TypeArp = 16'h0806, TypeIp4 = 16'h0800, TypeIp6 = 16'h86DD;
  // The fields of an ARP request from the hardware type to the operation, the first byte lowest.
  localparam logic [63:0] ArpRequest = 64'h0100_0406_0008_0100;
  localparam logic [10:0] AtType = 11'd13, AtHeader = 11'd14, BehindRequest = 11'd22;
  localparam logic [10:0] AtTarget = 11'd38, AtIp4 = 11'd30, AtIp6 = 11'd38, End = 11'd54;

  logic tagged_q, arp_q, ip4_q, ip6_q, arp_seen_q, ip4_seen_q, ip6_seen_q, match6_q;
  logic [3:0] match4_q;
  logic [7:0] before_q;

  logic [10:0] at;  // without the tag
  logic [15:0] pair;
  logic in_arp4, in_ip4, in_ip6, last4, last6;
  logic [1:0] place4;
  logic [3:0] place6, same4;
  logic [2:0] place_request;
  logic same6;

  always_comb begin
    at = '0;
    pair = '0;
    in_arp4 = 1'b0;
    in_ip4 = 1'b0;
    in_ip6 = 1'b0;
    place4 = '0;
    place6 = '0;
    place_request = '0;
    same4 = '0;
    same6 = 1'b0;
    if (byte_valid_i && index_i < End + 11'd4) begin
      at = tagged_q && index_i != '0 ? index_i - 11'd4 : index_i;
      pair = {before_q, byte_i};
      in_arp4 = arp_q && at >= AtTarget && at < AtTarget + 11'd4;
      in_ip4 = ip4_q && at >= AtIp4 && at < AtIp4 + 11'd4;
      in_ip6 = ip6_q && at >= AtIp6 && at < End;
      place4 = at[1:0] - 2'd2;  // both fields begin two bytes behind a multiple of four
      place6 = at[3:0] - AtIp6[3:0];
      place_request = at[2:0] - AtHeader[2:0];
      for (int unsigned i = 0; i < 4; i++) same4[i] = byte_i == ip4_i[{2'(i), place4, 3'b000} +: 8];
      same6 = byte_i == ip6_i[{place6, 3'b000} +: 8];
    end
    last4 = (in_arp4 || in_ip4) && place4 == 2'd3;
    last6 = in_ip6 && place6 == '1;
  end

  always_ff @(posedge clk_i) begin
    if (byte_valid_i) begin
      before_q <= byte_i;
      if (index_i == '0) begin
        tagged_q <= 1'b0;
        {arp_q, ip4_q, ip6_q} <= '0;
        {arp_seen_q, ip4_seen_q, ip6_seen_q} <= '0;
        match4_q <= valid_i[3:0];
        match6_q <= valid_i[4];
      end else if (at == AtType) begin
        if (tags_i && !tagged_q && pair == vet_i) tagged_q <= 1'b1;
        arp_q <= pair == TypeArp;
        ip4_q <= pair == TypeIp4;
        ip6_q <= pair == TypeIp6;
      end else begin
        if (at == AtHeader) begin
          ip4_q <= ip4_q && byte_i[7:4] == 4'd4;
          ip6_q <= ip6_q && byte_i[7:4] == 4'd6;
        end
        if (at >= AtHeader && at < BehindRequest && byte_i != ArpRequest[{place_request, 3'b000} +: 8]) arp_q <= 1'b0;
        if (in_arp4 || in_ip4) match4_q <= match4_q & same4;
        if (in_ip6) match6_q <= match6_q && same6;
        if (last4 && (match4_q & same4) != '0) begin
          arp_seen_q <= arp_q;
          ip4_seen_q <= ip4_q;
        end
        if (last6 && match6_q && same6) ip6_seen_q <= 1'b1;
      end
    end
  end

  assign arp_o = arp_seen_q;
  assign ip4_o = ip4_seen_q;
  assign ip6_o = ip6_seen_q;
endmodule
