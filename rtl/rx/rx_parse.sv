// SPDX-License-Identifier: MIT
//
// Finds the IPv4 or IPv6 and the TCP or UDP header of a frame that passes by in beats and
// verifies their checksums (RFC 791, 8200, 768, 9293, 1071). Gives the status/error bits of the
// receive descriptor (fact sheet 5.4, 5.6) one cycle after the last beat.
//
// All header fields at fixed places are taken from the first beat when it is loaded. What needs more
// than that is rare and costs a cycle each, in which the beat is held (`stall_o`): IPv4 options and
// IPv6 extension headers (at most 8). Nothing is believed beyond the real bytes of the frame: the
// length is checked at the end, and no verdict is given rather than a wrong one.
//
// For others in the card it also gives addresses and ports (rx_rss.sv), the length of the headers, where
// they are while the frame passes (rx_ptp.sv), and whether the frame acknowledges.
//
// Sums are kept in the byte order in which the lanes come: a one's-complement sum does not mind, and
// 32-bit words may be added because 2^16 = 1 modulo 0xffff.

module rx_parse #(
  parameter int unsigned DataW = 1024,
  parameter bit EnCsum = 1'b1,  // 0: nothing is verified
  localparam int unsigned OffW = $clog2(DataW / 8)
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  // A frame's first beat; the frame before must have had its result taken.
  input  logic         load_first_i,
  input  logic [DataW-1:0] data_i,

  // The beat in the stage behind.
  input  logic         beat_valid_i,
  input  logic [DataW-1:0] beat_i,
  input  logic [14-OffW:0] beat_index_i,
  input  logic         accept_i,
  output logic         stall_o,

  // Of the first beat, behind a VLAN tag; then of the frame, as far as its headers have been seen.
  output logic [15:0]  ether_type_o,
  output logic [4:0]   l3_off_o,
  output logic         udp_o,         // no fragment
  output logic         udp_fragment_o, // of IPv4
  output logic [16:0]  l4_off_o,
  output logic [16:0]  ip_end_o,

  // The cycle after the last beat.
  input  logic         finish_i,
  input  logic [14:0]  frame_len_i,   // real bytes, without padding
  input  logic [15:0]  vet_i,         // EtherType of a VLAN tag
  input  logic         addresses_i,   // somebody wants them
  input  logic         ipfrsp_dis_i,
  input  logic         csum_en_i,
  input  logic         ipofl_i,
  input  logic         tuofl_i,
  input  logic         pcsd_i,
  input  logic         ipv6_dis_i,
  input  logic         ipv6_xsum_dis_i,
  output logic [31:0]  status_o,
  output logic [15:0]  ip_id_o,

  // The same cycle; addresses and ports in the byte order of the lanes.
  output logic         v4_o,
  output logic         v6_o,
  output logic         tcp_o,
  output logic         ext_o,
  output logic         home_o,
  output logic [127:0] src_o,
  output logic [127:0] dst_o,
  output logic [127:0] home_src_o,
  output logic [127:0] home_dst_o,
  output logic [31:0]  ports_o,
  output logic         udp_whole_o,
  output logic         udp_summed_o,  // a first fragment of UDP, whose header has a checksum
  output logic [9:0]   header_len_o,  // to the end of the TCP or UDP header, or of IP's; 0: no split
  output logic         ack_o,
  output logic         pure_ack_o     // and nothing else
);
  localparam int unsigned BeatBytes = DataW / 8, BeatNoW = 17 - OffW;
  localparam logic [15:0] EtherIpv4 = 16'h0800, EtherIpv6 = 16'h86dd;
  localparam logic [7:0] ProtoHopByHop = 8'd0, ProtoTcp = 8'd6, ProtoUdp = 8'd17, ProtoRouting = 8'd43;
  localparam logic [7:0] ProtoDestOpts = 8'd60;
  localparam logic [3:0] MaxExtHeaders = 4'd8;

  // Wide or long expressions stand in functions that are called where their result is stored: a
  // simulator then works them out once a frame and not once a cycle.
  function automatic logic [15:0] be16(input logic [15:0] lanes);
    be16 = {lanes[7:0], lanes[15:8]};
  endfunction

  function automatic logic [35:0] sum_v4_header(input logic [159:0] ip);
    sum_v4_header = 36'(ip[0 +: 32]) + 36'(ip[32 +: 32]) + 36'(ip[64 +: 32]) + 36'(ip[96 +: 32]) +
                    36'(ip[128 +: 32]);
  endfunction

  function automatic logic [35:0] sum_v4_addresses(input logic [63:0] a);
    sum_v4_addresses = 36'(a[0 +: 32]) + 36'(a[32 +: 32]);
  endfunction

  function automatic logic [35:0] sum_v6_addresses(input logic [255:0] a);
    sum_v6_addresses = 36'(a[0 +: 32]) + 36'(a[32 +: 32]) + 36'(a[64 +: 32]) + 36'(a[96 +: 32]) +
                       36'(a[128 +: 32]) + 36'(a[160 +: 32]) + 36'(a[192 +: 32]) + 36'(a[224 +: 32]);
  endfunction

  // First beat.
  logic v4, v6;
  logic [4:0] l3_off;
  logic [15:0] ether_type;
  logic [319:0] ip;  // 40 bytes from the beginning of the IP header

  always_comb begin
    ip = data_i[8*14 +: 320];
    l3_off = 5'd14;
    ether_type = be16(data_i[8*12 +: 16]);
    v4 = 1'b0;
    v6 = 1'b0;
    if (load_first_i) begin
      if (ether_type == vet_i) begin
        ip = data_i[8*18 +: 320];
        l3_off = 5'd18;
        ether_type = be16(data_i[8*16 +: 16]);
      end
      v4 = ether_type == EtherIpv4 && ip[7:4] == 4'd4;
      v6 = ether_type == EtherIpv6 && ip[7:4] == 4'd6;
    end
  end

  // The frame in hand.
  logic v4_q, v6_q, options_done_q;
  logic fragment_q, first_q, ext_q;
  logic no_l4_q;           // a fragment, or a route that does not end at the destination address
  logic [1:0] route_q;     // Segments Left is to be looked at in the beat after this one, in this one
  logic [4:0] l3_off_q;
  logic [3:0] ihl_q, ext_headers_q;
  logic [15:0] ip_id_q, udp_len_q, udp_csum_q, src_port_q, dst_port_q, tcp_flags_q;
  logic [16:0] ip_end_q;   // offset behind the IP packet
  logic [16:0] next_off_q; // of the header that next_proto_q names
  logic [7:0] next_proto_q;
  logic [47:0] l4_sum_q;
  logic [39:0] header_sum_q;

  logic walkable, header_here, walk, home_rest, is_l4, add_options;
  logic [15:0] ext_word;
  logic [16:0] udp_len_off, udp_csum_off, dst_port_off, tcp_flags_off;
  logic [15:0] udp_len_here;
  logic [7:0] options_end;
  logic [BeatNoW-1:0] beat_no;

  assign walkable = next_proto_q == ProtoHopByHop || next_proto_q == ProtoRouting ||
                    next_proto_q == ProtoDestOpts;
  assign header_here = beat_valid_i && v6_q && walkable && ext_headers_q != MaxExtHeaders &&
                       next_off_q[16:OffW] == beat_no;
  assign walk = header_here && !home_rest;
  // Extension headers are multiples of 8 bytes: their first two bytes are never in two beats.
  assign ext_word = beat_i[{next_off_q[OffW-1:0], 3'b000} +: 16];

  assign beat_no = BeatNoW'(beat_index_i);
  assign options_end = 8'(l3_off_q) + {2'b0, ihl_q, 2'b00};
  assign add_options = EnCsum && beat_valid_i && v4_q && ihl_q > 4'd5 && !options_done_q &&
                       (beat_no == '0 || (beat_no == BeatNoW'(1) && options_end > 8'(BeatBytes)));
  assign stall_o = header_here || add_options;

  assign ether_type_o = ether_type;
  assign l3_off_o = l3_off_q;
  assign udp_o = (v4_q || v6_q) && !fragment_q && next_proto_q == ProtoUdp;
  assign udp_fragment_o = v4_q && ihl_q >= 4'd5 && fragment_q && next_proto_q == ProtoUdp;
  assign l4_off_o = next_off_q;
  assign ip_end_o = ip_end_q;

  // One range of the frame is summed a cycle. (Called where the sum is stored, not on a net of its own:
  // a simulator then works it out only for beats that count.)
  logic [16:0] from, to;
  logic sum_any, cut_head, cut_tail;

  assign is_l4 = (v4_q || v6_q) && !no_l4_q && (next_proto_q == ProtoTcp || next_proto_q == ProtoUdp);
  assign from = add_options ? 17'(l3_off_q) + 17'd20 : next_off_q;

  // A UDP datagram ends where its own length says, which may be known in its second beat only.
  assign udp_len_off = next_off_q + 17'd4;
  assign udp_csum_off = next_off_q + 17'd6;
  assign dst_port_off = next_off_q + 17'd2;
  assign tcp_flags_off = next_off_q + 17'd12;
  assign udp_len_here = be16(beat_i[{udp_len_off[OffW-1:0], 3'b000} +: 16]);

  always_comb begin
    if (add_options) to = 17'(options_end);
    else if (next_proto_q != ProtoUdp) to = ip_end_q;
    else if (udp_len_off[16:OffW] == beat_no) to = next_off_q + 17'(udp_len_here);
    else if (udp_len_off[16:OffW] < beat_no) to = next_off_q + 17'(udp_len_q);
    else to = '1;
  end

  assign cut_head = from[16:OffW] == beat_no;
  assign cut_tail = to[16:OffW] == beat_no;
  assign sum_any = from[16:OffW] <= beat_no && to[16:OffW] >= beat_no;

  localparam int unsigned WordsSumW = 32 + $clog2(DataW / 32);
  function automatic logic [WordsSumW-1:0] sum_words(input logic [DataW-1:0] words);
    integer i;
    sum_words = '0;
    for (i = 0; i < DataW / 32; i = i + 1) sum_words = sum_words + WordsSumW'(words[32*i +: 32]);
  endfunction

  function automatic logic [DataW-1:0] lanes_between(input logic [DataW-1:0] words, input logic cut_before,
                                                 input logic [OffW-1:0] first, input logic cut_behind,
                                                 input logic [OffW-1:0] last);
    lanes_between = words;
    if (cut_before) lanes_between = lanes_between & ({DataW{1'b1}} << {first, 3'b000});
    if (cut_behind) lanes_between = lanes_between & ~({DataW{1'b1}} << {last, 3'b000});
  endfunction

  always_ff @(posedge clk_i) begin
    if (load_first_i) begin
      v4_q <= v4;
      v6_q <= v6;
      l3_off_q <= l3_off;
      ihl_q <= ip[3:0];
      ip_id_q <= be16(ip[32 +: 16]);
      route_q <= '0;
      no_l4_q <= v4 && {ip[48 +: 6], ip[56 +: 8]} != '0;  // MF or an offset
      fragment_q <= v4 && {ip[48 +: 6], ip[56 +: 8]} != '0;
      first_q <= {ip[48 +: 5], ip[56 +: 8]} == '0;
      ext_q <= 1'b0;
      ip_end_q <= 17'(l3_off) + (v6 ? 17'd40 + 17'(be16(ip[32 +: 16])) : 17'(be16(ip[16 +: 16])));
      next_off_q <= 17'(l3_off) + (v6 ? 17'd40 : 17'({ip[3:0], 2'b00}));
      next_proto_q <= v6 ? ip[48 +: 8] : ip[72 +: 8];
      ext_headers_q <= '0;
      options_done_q <= 1'b0;
      if (EnCsum) begin
        l4_sum_q <= v6 ? 48'(sum_v6_addresses(ip[64 +: 256])) : 48'(sum_v4_addresses(ip[96 +: 64]));
        header_sum_q <= 40'(sum_v4_header(ip[159:0]));
      end
    end else begin
      if (walk) begin
        next_proto_q <= ext_word[7:0];
        next_off_q <= next_off_q + {6'd0, ext_word[15:8], 3'b000} + 17'd8;
        ext_headers_q <= ext_headers_q + 1'b1;
        ext_q <= 1'b1;
        // The checksum is over the final destination, which is not in the header while Segments Left,
        // byte 3 of a routing header, is not 0 (RFC 8200, 8.1).
        if (next_proto_q == ProtoRouting) begin
          if (next_off_q[OffW-1:0] == OffW'(BeatBytes - 2)) route_q[0] <= 1'b1;
          else if (beat_i[{next_off_q[OffW-1:0] + OffW'(3), 3'b000} +: 8] != '0) no_l4_q <= 1'b1;
        end
      end
      if (add_options) begin
        options_done_q <= 1'b1;
        if (EnCsum) header_sum_q <= header_sum_q + 40'(sum_words(lanes_between(beat_i, cut_head, from[OffW-1:0], cut_tail, to[OffW-1:0])));
      end
      if (accept_i) begin
        options_done_q <= 1'b0;
        route_q <= {route_q[0], 1'b0};
        if (route_q[1] && beat_i[8*1 +: 8] != '0) no_l4_q <= 1'b1;
        if (EnCsum && is_l4 && sum_any) begin
          if (cut_head || cut_tail)
            l4_sum_q <= l4_sum_q + 48'(sum_words(lanes_between(beat_i, cut_head, from[OffW-1:0], cut_tail, to[OffW-1:0])));
          else
            l4_sum_q <= l4_sum_q + 48'(sum_words(beat_i));
        end
        if (udp_len_off[16:OffW] == beat_no) udp_len_q <= udp_len_here;
        if (udp_csum_off[16:OffW] == beat_no)
          udp_csum_q <= beat_i[{udp_csum_off[OffW-1:0], 3'b000} +: 16];
        if (tcp_flags_off[16:OffW] == beat_no)
          tcp_flags_q <= beat_i[{tcp_flags_off[OffW-1:0], 3'b000} +: 16];
        if (addresses_i) begin
          if (next_off_q[16:OffW] == beat_no) src_port_q <= beat_i[{next_off_q[OffW-1:0], 3'b000} +: 16];
          if (dst_port_off[16:OffW] == beat_no)
            dst_port_q <= beat_i[{dst_port_off[OffW-1:0], 3'b000} +: 16];
        end
      end
    end
  end

  // Addresses, for RSS: those of the header, and those that a home address option (RFC 6275, 6.3, aligned
  // as it asks) or a type 2 routing header (6.4) puts in their place. Such a header has its 22 bytes
  // from the third on in one beat or in two; if in two, the next header waits a cycle.
  localparam int unsigned HomeW = 8 * 22, TailW = 8 * 24;
  logic home_src_q, home_dst_q, home_now, home_later_q, home_routing, home_routing_q;
  logic [127:0] src_q, dst_q, home_src_addr_q, home_dst_addr_q;
  logic [TailW-1:0] tail_q;
  logic [BeatNoW-1:0] later_no_q;
  logic [5:0] later_at_q;
  logic [HomeW-1:0] home_bytes;
  logic [OffW:0] home_end;

  assign home_end = {1'b0, next_off_q[OffW-1:0]} + (OffW + 1)'(24);
  assign home_routing = home_later_q ? home_routing_q : next_proto_q == ProtoRouting;
  assign home_rest = addresses_i && home_later_q && beat_valid_i && later_no_q == beat_no;

  always_comb begin
    home_now = 1'b0;
    home_bytes = '0;
    if (home_rest) begin
      home_now = 1'b1;
      home_bytes = HomeW'({beat_i[TailW-1:0], tail_q} >> {later_at_q, 3'b000});
    end else if (addresses_i && walk && !home_later_q && next_proto_q != ProtoHopByHop &&
                 home_end <= (OffW + 1)'(BeatBytes)) begin
      home_now = 1'b1;
      home_bytes = beat_i[{next_off_q[OffW-1:0] + OffW'(2), 3'b000} +: HomeW];
    end
  end

  always_ff @(posedge clk_i) begin
    if (load_first_i) begin
      home_src_q <= 1'b0;
      home_dst_q <= 1'b0;
      home_later_q <= 1'b0;
      if (addresses_i) begin
        src_q <= v6 ? ip[64 +: 128] : {96'd0, ip[96 +: 32]};
        dst_q <= v6 ? ip[192 +: 128] : {96'd0, ip[128 +: 32]};
      end
    end else begin
      if (home_now) begin
        if (home_routing && home_bytes[0 +: 16] == 16'h0102) begin
          home_dst_q <= 1'b1;
          home_dst_addr_q <= home_bytes[48 +: 128];
        end else if (!home_routing && home_bytes[32 +: 16] == 16'h10c9) begin
          home_src_q <= 1'b1;
          home_src_addr_q <= home_bytes[48 +: 128];
        end
        home_later_q <= 1'b0;
      end
      if (addresses_i && walk && next_proto_q != ProtoHopByHop && home_end > (OffW + 1)'(BeatBytes)) begin
        home_later_q <= 1'b1;
        home_routing_q <= next_proto_q == ProtoRouting;
        tail_q <= beat_i[DataW-1 -: TailW];
        later_no_q <= beat_no + 1'b1;
        later_at_q <= 6'(next_off_q[OffW-1:0] + OffW'(26));  // + 2 - (BeatBytes - 24)
      end
    end
  end

  // Verdict.
  function automatic logic ones_complement_ok(input logic [47:0] s);
    logic [17:0] a;
    logic [16:0] b;
    a = 18'(s[15:0]) + 18'(s[31:16]) + 18'(s[47:32]);
    b = 17'(a[15:0]) + 17'(a[17:16]);
    ones_complement_ok = 16'(b[15:0] + 16'(b[16])) == 16'hffff;
  endfunction

  logic v4_ok, v6_ok, l4_fits, l4_ok, udp, l4_checked, v4_checked;
  logic [16:0] frame_len, l4_len, l4_end;

  always_comb begin
    status_o = '0;
    ip_id_o = '0;
    frame_len = 17'(frame_len_i);
    udp = next_proto_q == ProtoUdp;
    l4_len = udp ? 17'(udp_len_q) : ip_end_q - next_off_q;
    l4_end = next_off_q + l4_len;
    v4_ok = 1'b0;
    v6_ok = 1'b0;
    l4_fits = 1'b0;
    l4_ok = 1'b0;
    v4_checked = 1'b0;
    l4_checked = 1'b0;
    if (finish_i) begin
      v4_ok = v4_q && ihl_q >= 4'd5 && 17'(options_end) <= frame_len;
      v6_ok = v6_q && 17'(l3_off_q) + 17'd40 <= frame_len;
      l4_fits = (v4_ok || v6_ok) && ip_end_q >= next_off_q + (udp ? 17'd8 : 17'd20) && l4_len >= 17'd8 &&
                l4_end <= ip_end_q && ip_end_q <= frame_len;
      l4_ok = l4_fits && is_l4;
      v4_checked = EnCsum && csum_en_i && ipofl_i && v4_ok;
      l4_checked = EnCsum && csum_en_i && tuofl_i && l4_ok && !(v6_q && ipv6_xsum_dis_i) &&
                   !(udp && udp_csum_q == '0);

      status_o[2] = !v4_checked && !l4_checked;  // IXSM
      status_o[4] = l4_checked && udp;           // UDPCS
      status_o[5] = l4_checked;                  // TCPCS
      status_o[6] = v4_checked;                  // IPCS
      status_o[9] = v4_ok && !pcsd_i;            // IPIDV
      status_o[29] = l4_checked && !ones_complement_ok(l4_sum_q + 48'({next_proto_q, 8'h00}) +
                                                       48'({l4_len[7:0], l4_len[15:8]}));  // TCPE
      status_o[30] = v4_checked && !ones_complement_ok(48'(header_sum_q));                 // IPE
      if (v4_ok) status_o[19:16] = l4_ok ? 4'd2 : 4'd1;
      else if (v6_ok && !ipv6_dis_i) status_o[19:16] = l4_ok ? 4'd6 : 4'd5;
      if (v4_ok && !pcsd_i) ip_id_o = ip_id_q;
    end
  end

  // For the others.
  logic l4_header, tcp;
  logic [16:0] header_end;
  logic [7:0] tcp_header;

  assign tcp = next_proto_q == ProtoTcp && !fragment_q;
  assign tcp_header = {2'd0, tcp_flags_q[7:4], 2'b00};

  always_comb begin
    v4_o = finish_i && v4_ok;
    v6_o = finish_i && v6_ok;
    tcp_o = 1'b0;
    l4_header = 1'b0;
    header_end = '0;
    ack_o = 1'b0;
    pure_ack_o = 1'b0;
    if (finish_i && (v4_ok || v6_ok)) begin
      tcp_o = tcp && ip_end_q <= frame_len && next_off_q + 17'd20 <= ip_end_q;
      header_end = next_off_q;
      l4_header = tcp_o && tcp_header >= 8'd20 && next_off_q + 17'(tcp_header) <= ip_end_q;
      if (l4_header) header_end = next_off_q + 17'(tcp_header);
      else if (udp && !fragment_q) header_end = next_off_q + 17'd8;
      if (header_end > frame_len || (fragment_q && ipfrsp_dis_i)) header_end = '0;
      ack_o = l4_header && tcp_flags_q[12];
      pure_ack_o = ack_o && ip_end_q == next_off_q + 17'(tcp_header) && tcp_flags_q[10:8] == '0;
    end
  end

  assign udp_whole_o = l4_fits && udp_o;
  assign udp_summed_o = finish_i && udp_fragment_o && first_q && next_off_q + 17'd8 <= ip_end_q &&
                        next_off_q + 17'd8 <= frame_len && udp_csum_q != '0;
  assign header_len_o = header_end[16:10] == '0 ? header_end[9:0] : '0;
  assign ext_o = ext_q;
  assign home_o = home_src_q || home_dst_q;
  assign src_o = src_q;
  assign dst_o = dst_q;
  assign home_src_o = home_src_q ? home_src_addr_q : src_q;
  assign home_dst_o = home_dst_q ? home_dst_addr_q : dst_q;
  assign ports_o = {dst_port_q, src_port_q};

  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(stall_o && accept_i));
  end

  // Addresses of the link layer, and what lies behind the fixed headers.
  logic unused;
  assign unused = ^{data_i[DataW-1:464], data_i[95:0], tcp_flags_q[15:13], tcp_flags_q[11], tcp_flags_q[3:0],
                    home_bytes[31:16]};
endmodule
