// SPDX-License-Identifier: MIT
//
// From the wire into the frame buffer: takes a frame beat by beat, filters, counts and verifies it,
// and after its last beat hands over one descriptor of it (`frame_*`) or takes it back out of the
// buffer. Steps 1 to 6 of the fact sheet's filter pipeline (5.2) and 5.7's drop rules.
//
// A frame is stored from lane 0 of a word on. Between two frames lies one cycle, in which the verdict
// is given (and, with RCTL.SECRC = 0, a word of zeros is added when the FCS needs one): the next
// frame's first beat may be taken in it, but is looked at in the cycle after.
//
// When the VLAN tag of a frame is stripped, its first beat waits for the second one's first 4 bytes, and
// so on (rx_buffer.sv); what is left is written in the cycle of the verdict, and no word for the FCS is
// needed: it takes the place of the tag.

module rx_ingress #(
  parameter int unsigned DataW = 1024,
  parameter bit EnCsum = 1'b1,
  parameter bit EnVlan = 1'b1,
  parameter bit EnRss = 1'b1,
  parameter bit EnPause = 1'b1,
  parameter bit EnPtp = 1'b1,
  parameter bit EnPacketCsum = 1'b1,
  parameter int unsigned BufferWords = 1024,
  localparam int unsigned AddrW = $clog2(BufferWords)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [63:0]      now_i,
  input  logic             wire_rst_ni,  // reset of what belongs to the wire: where a frame begins
  input  logic             clear_i,      // forget everything, the frame in hand too

  input  logic             receive_i,    // RCTL.EN and link up: else frames are thrown away
  input  logic             hold_i,       // take nothing from the wire
  input  logic             line_drop_i,
  input  logic             csum_en_i,
  input  logic             vlan_en_i,    // of the features
  input  logic             rss_en_i,
  input  logic             detect_en_i,
  input  logic             packet_csum_en_i,
  input  logic [31:0]      rctl_i,
  input  logic [31:0]      rfctl_i,
  input  logic [31:0]      rxcsum_i,
  input  logic [16*32-1:0] ral_i,
  input  logic [16*32-1:0] rah_i,
  output logic [11:0]      mta_index_o,
  input  logic             mta_bit_i,
  input  logic             vlan_mode_i,  // CTRL.VME
  input  logic [15:0]      vet_i,
  output logic [11:0]      vfta_index_o,
  input  logic             vfta_bit_i,
  input  logic [31:0]      mrqc_i,
  input  logic [319:0]     rss_key_i,
  output logic [6:0]       reta_index_o,
  input  logic             reta_queue_i,
  input  logic [11:0]      rsrpd_i,
  input  logic             asleep_i,        // take nothing in, only look for what wakes
  input  logic [4:0]       wake_valid_i,    // as wake_match.sv has them
  input  logic [127:0]     wake_ip4_i,
  input  logic [127:0]     wake_ip6_i,
  input  logic [43:0]      flex_len_i,
  output logic [6:0]       flex_byte_o,
  input  logic [3:0]       flex_mask_i,
  input  logic [31:0]      flex_value_i,
  input  logic             pause_en_i,      // received pause frames are obeyed
  input  logic [47:0]      pause_address_i,
  input  logic [15:0]      pause_type_i,
  input  logic             stamp_open_i,  // a time stamp would be taken
  input  logic [2:0]       stamp_type_i,
  input  logic [31:0]      rxmtrl_i,
  input  logic [15:0]      rxudp_i,

  input  logic [DataW-1:0] s_axis_tdata_i,
  input  logic [DataW/8-1:0] s_axis_tkeep_i,
  input  logic             s_axis_tlast_i,
  input  logic             s_axis_tuser_i,
  input  logic             s_axis_tvalid_i,
  output logic             s_axis_tready_o,

  // Frame buffer: words from the read pointer on are in use.
  output logic             mem_we_o,
  output logic [AddrW-1:0] mem_addr_o,
  output logic             mem_zero_o,   // zeros instead of mem_data_o
  output logic             mem_join_o,   // as rx_buffer.sv has it
  output logic             mem_keep_o,
  output logic             mem_tag_o,
  output logic [DataW-1:0] mem_data_o,
  input  logic [AddrW:0]   read_ptr_i,

  // A frame is in the buffer.
  output logic             frame_valid_o,
  output logic [14:0]      frame_len_o,  // with the FCS if it is delivered
  output logic [31:0]      frame_status_o,
  output logic             frame_queue_o,
  output logic [3:0]       frame_type_o,   // of the hash
  output logic [31:0]      frame_word1_o,  // hash, or packet checksum and IP identification (5.6)
  output logic [15:0]      frame_tag_o,
  output logic [9:0]       frame_split_o,  // bytes of the headers, 0: not to be split
  input  logic             frame_full_i,
  output logic [16:0]      level_o,        // bytes of the buffer in use

  output logic             ev_pause_o,
  output logic [15:0]      ev_pause_quanta_o,
  output logic [10:0]      ev_wake_o,      // flexible filters, IPv6, IPv4, ARP, broadcast, multicast, unicast, magic packet
  output logic [10:0]      wake_length_o,  // of that frame, 2047 at most
  output logic             wake_valid_o,   // a byte of a frame that may wake
  output logic [10:0]      wake_index_o,
  output logic [7:0]       wake_byte_o,
  output logic             ev_control_o,   // MAC control, but not pause
  output logic             ev_rxo_o,
  output logic             ev_srpd_o,
  output logic             ev_ack_o,
  output logic             ev_stamp_o,     // a frame to be stamped came
  output logic [63:0]      stamp_at_o,
  output logic [63:0]      stamp_attributes_o,
  output logic             stat_frame_o,
  output logic [15:0]      stat_len_o,
  output logic             stat_mcast_o,
  output logic             stat_bcast_o,
  output logic             stat_mpc_o,
  output logic             stat_ruc_o,
  output logic             stat_rfc_o,
  output logic             stat_roc_o,
  output logic             stat_rjc_o,
  output logic             stat_crcerr_o,
  output logic             stat_total_o,
  output logic             idle_o
);
  localparam int unsigned Sbp = 2, Lpe = 5, Dpf = 22, Pmcf = 23, Secrc = 26;
  localparam int unsigned Ipv6Dis = 10, Ipv6XsumDis = 11, AckDis = 12, AckDataDis = 13, IpfrspDis = 14;
  localparam int unsigned Exten = 15, Ipv6ExDis = 16, NewIpv6ExtDis = 17;
  localparam int unsigned Ipofl = 8, Tuofl = 9, Ippcse = 12, Pcsd = 13;
  localparam logic [14:0] MinLen = 15'd60, MaxLen = 15'd1518, MaxLongLen = 15'd16380;
  localparam int unsigned OffW = $clog2(DataW / 8);
  localparam int unsigned IndexW = 15 - OffW;  // beats of 16,384 bytes, and one more
  // A frame that gets here is too long for any setting.
  localparam logic [IndexW-1:0] EndIndex = {1'b1, (IndexW - 1)'(0)};

  // Beat in hand.
  logic beat_valid_q, beat_first_q, beat_last_q, beat_user_q;
  logic [DataW-1:0] beat_q;
  logic [OffW:0] beat_bytes_q;
  logic [IndexW-1:0] index_q;
  // Frame in hand.
  logic open_q;              // a frame has begun on the wire
  logic off_q;               // it came, or its end came, while not receiving
  logic missed_q;            // no room for it
  logic slept_q;             // the card slept, for a part of it at least
  logic finish_q;            // verdict in this cycle
  logic bad_crc_q;
  logic [14:0] raw_len_q;
  logic [AddrW:0] start_ptr_q, ptr_q;

  logic take, accept, parse_stall, ptp_stall, stall, no_room, store, write, discard;
  logic [OffW:0] in_bytes;
  logic filter_ok, inexact;
  logic off_now, missed_now, slept_now, wake_stall, magic, wake_arp, wake_ip4, wake_ip6, exact;
  logic [3:0] wake_flex;

  assign s_axis_tready_o = !hold_i && (!beat_valid_q || (accept && !beat_last_q));
  assign take = s_axis_tvalid_i && s_axis_tready_o;
  assign in_bytes = (OffW + 1)'($countones(s_axis_tkeep_i));

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      beat_valid_q <= 1'b0;
    end else begin
      if (take) beat_valid_q <= 1'b1;
      else if (accept) beat_valid_q <= 1'b0;
    end
    // A frame that is cut by a reset or a clear is thrown away to its end.
    if (!wire_rst_ni) open_q <= 1'b0;
    else if (take) open_q <= !s_axis_tlast_i;

    if (take) begin
      beat_first_q <= !open_q;
      beat_last_q <= s_axis_tlast_i;
      beat_user_q <= s_axis_tuser_i;
      beat_bytes_q <= in_bytes;
      // Bytes behind the end read as zero: padding, FCS and checksum ranges rely on it.
      if (s_axis_tlast_i && !in_bytes[OffW])
        beat_q <= s_axis_tdata_i & ~({DataW{1'b1}} << {in_bytes, 3'b000});
      else beat_q <= s_axis_tdata_i;
    end
  end

  // VLAN tag, of the beat in hand if that is a frame's first, and of the frame.
  logic has_tag, strip_now, strip_q;
  logic [15:0] tag_q;

  always_comb begin
    has_tag = 1'b0;
    if (EnVlan && beat_valid_q && beat_first_q && vlan_en_i) has_tag = {beat_q[103:96], beat_q[111:104]} == vet_i;
  end
  assign strip_now = beat_first_q ? has_tag && vlan_mode_i : strip_q;

  always_ff @(posedge clk_i) begin
    if (accept && beat_first_q) begin
      strip_q <= has_tag && vlan_mode_i;
      tag_q <= {beat_q[119:112], beat_q[127:120]};
    end
  end

  rx_filter u_filter (
    .clk_i,
    .load_i  (accept && beat_first_q),
    .da_i    (beat_q[47:0]),
    .tagged_i(has_tag),
    .tag_i   ({beat_q[119:112], beat_q[127:120]}),
    .rctl_i, .ral_i, .rah_i, .mta_index_o, .mta_bit_i, .vfta_index_o, .vfta_bit_i,
    .accept_o(filter_ok),
    .inexact_o(inexact),
    .mcast_o (stat_mcast_o),
    .bcast_o (stat_bcast_o)
  );

  // Pause frames are obeyed whether there is room for them or not, and kept only if software wants them.
  logic good, pause, unknown;

  if (EnPause) begin : g_pause
    pause_detect u_pause (
      .clk_i,
      .en_i     (pause_en_i),
      .load_i   (accept && beat_first_q),
      .head_i   (beat_q[143:0]),
      .address_i(pause_address_i),
      .station_i({rah_i[15:0], ral_i[31:0]}),
      .type_i   (pause_type_i),
      .pause_o  (pause),
      .unknown_o(unknown),
      .quanta_o (ev_pause_quanta_o)
    );
  end else begin : g_no_pause
    assign pause = 1'b0;
    assign unknown = 1'b0;
    assign ev_pause_quanta_o = '0;

    logic unused_pause;
    assign unused_pause = ^{pause_en_i, pause_address_i, pause_type_i};
  end

  // The frame in hand needs two words at most: this one and the FCS's.
  assign no_room = (AddrW + 1)'(ptr_q - read_ptr_i) >= (AddrW + 1)'(BufferWords - 1) || frame_full_i;
  assign off_now = (!beat_first_q && off_q) || !receive_i;
  assign missed_now = (!beat_first_q && missed_q) || (line_drop_i && no_room && !off_now);
  // A frame for somebody else is stored like any other and taken back at its end.
  assign slept_now = (!beat_first_q && slept_q) || asleep_i;
  assign discard = off_now || missed_now || slept_now || index_q == EndIndex;
  assign stall = parse_stall || ptp_stall || wake_stall;
  assign accept = beat_valid_q && !stall && (discard || !no_room);
  assign store = accept && !discard;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      index_q <= '0;
      missed_q <= 1'b0;
      finish_q <= 1'b0;
      off_q <= 1'b1;
    end else begin
      if (accept) begin
        off_q <= off_now;
        slept_q <= slept_now;
        missed_q <= missed_now;
        if (beat_last_q) index_q <= '0;
        else if (index_q != EndIndex) index_q <= index_q + 1'b1;
        finish_q <= beat_last_q;
      end else if (finish_q) begin
        finish_q <= 1'b0;
      end
    end

    if (accept && beat_last_q) begin
      raw_len_q <= {index_q, OffW'(0)} + 15'(beat_bytes_q);
      bad_crc_q <= beat_user_q;
    end
  end

  wake_match #(.DataW(DataW)) u_wake (
    .clk_i,
    .rst_ni      (rst_ni && !clear_i),
    .en_i        (asleep_i),
    .station_i   ({rah_i[15:0], ral_i[31:0]}),
    .tags_i      (EnVlan && vlan_en_i),
    .vet_i,
    .valid_i     (wake_valid_i),
    .ip4_i       (wake_ip4_i),
    .ip6_i       (wake_ip6_i),
    .flex_len_i,
    .look_byte_o (flex_byte_o),
    .flex_mask_i,
    .flex_value_i,
    .beat_valid_i(beat_valid_q),
    .beat_first_i(beat_first_q),
    .beat_i      (beat_q),
    .beat_bytes_i(beat_bytes_q),
    .accept_i    (accept),
    .stall_o     (wake_stall),
    .magic_o     (magic),
    .arp_o       (wake_arp),
    .ip4_o       (wake_ip4),
    .ip6_o       (wake_ip6),
    .flex_o      (wake_flex),
    .length_o    (wake_length_o),
    .index_o     (wake_index_o),
    .byte_o      (wake_byte_o)
  );
  assign wake_valid_o = wake_stall;

  // Verdict.
  logic short_frame, oversize, wanted, keep, count, consumed, last_word;
  logic [14:0] padded_len, total_len;
  logic [31:0] status;
  logic [15:0] ip_id;
  logic v4, v6, tcp, ext, home, ack, pure_ack, rss_active;
  logic [127:0] src, dst, home_src, home_dst;
  logic [31:0] ports, hash;
  logic [9:0] header_len;
  logic udp, udp_whole, udp_fragment, udp_summed, ptp_match, fragment_sums;
  logic [15:0] packet_sum;
  logic [15:0] ether_type;
  logic [4:0] l3_off;
  logic [16:0] l4_off, ip_end;

  rx_parse #(.DataW(DataW), .EnCsum(EnCsum)) u_parse (
    .clk_i, .rst_ni,
    .load_first_i   (take && !open_q),
    .data_i         (s_axis_tdata_i),
    .beat_valid_i   (beat_valid_q),
    .beat_i         (beat_q),
    .beat_index_i   (index_q),
    .accept_i       (store),
    .stall_o        (parse_stall),
    .ether_type_o   (ether_type),
    .l3_off_o       (l3_off),
    .udp_o          (udp),
    .udp_fragment_o (udp_fragment),
    .l4_off_o       (l4_off),
    .ip_end_o       (ip_end),
    .finish_i       (finish_q),
    .frame_len_i    (raw_len_q),
    .vet_i,
    .addresses_i    (rss_active),
    .ipfrsp_dis_i   (rfctl_i[IpfrspDis]),
    .csum_en_i,
    .ipofl_i        (rxcsum_i[Ipofl]),
    .tuofl_i        (rxcsum_i[Tuofl]),
    .pcsd_i         (rxcsum_i[Pcsd]),
    .ipv6_dis_i     (rfctl_i[Ipv6Dis]),
    .ipv6_xsum_dis_i(rfctl_i[Ipv6XsumDis]),
    .status_o       (status),
    .ip_id_o        (ip_id),
    .v4_o           (v4),
    .v6_o           (v6),
    .tcp_o          (tcp),
    .ext_o          (ext),
    .home_o         (home),
    .src_o          (src),
    .dst_o          (dst),
    .home_src_o     (home_src),
    .home_dst_o     (home_dst),
    .ports_o        (ports),
    .udp_whole_o    (udp_whole),
    .udp_summed_o   (udp_summed),
    .header_len_o   (header_len),
    .ack_o          (ack),
    .pure_ack_o     (pure_ack)
  );

  if (EnRss) begin : g_rss
    rx_rss u_rss (
      .enable_i          (rss_en_i),
      .mrqc_i,
      .pcsd_i            (rxcsum_i[Pcsd]),
      .exten_i           (rfctl_i[Exten]),
      .ipv6_ex_dis_i     (rfctl_i[Ipv6ExDis]),
      .new_ipv6_ext_dis_i(rfctl_i[NewIpv6ExtDis]),
      .key_i             (rss_key_i),
      .active_o          (rss_active),
      .finish_i          (finish_q),
      .v4_i              (v4),
      .v6_i              (v6),
      .tcp_i             (tcp),
      .ext_i             (ext),
      .home_i            (home),
      .src_i             (src),
      .dst_i             (dst),
      .home_src_i        (home_src),
      .home_dst_i        (home_dst),
      .ports_i           (ports),
      .type_o            (frame_type_o),
      .hash_o            (hash),
      .reta_index_o,
      .reta_queue_i,
      .queue_o           (frame_queue_o)
    );
  end else begin : g_no_rss
    assign rss_active = 1'b0;
    assign frame_type_o = '0;
    assign hash = '0;
    assign reta_index_o = '0;
    assign frame_queue_o = 1'b0;

    logic unused_rss;
    assign unused_rss = ^{rss_en_i, mrqc_i, rss_key_i, rfctl_i[17:15], reta_queue_i, v4, v6, tcp, ext, home,
                          src, dst, home_src, home_dst, ports};
  end

  if (EnPtp) begin : g_ptp
    rx_ptp #(.DataW(DataW)) u_ptp (
      .clk_i, .now_i,
      .open_i      (stamp_open_i),
      .type_i      (stamp_type_i),
      .rxmtrl_i, .rxudp_i,
      .load_first_i(take && !open_q),
      .ether_type_i(ether_type),
      .beat_valid_i(beat_valid_q && !parse_stall),
      .beat_i      (beat_q),
      .beat_index_i(index_q),
      .l3_off_i    (l3_off),
      .udp_i       (udp),
      .l4_off_i    (l4_off),
      .stall_o     (ptp_stall),
      .finish_i    (finish_q),
      .udp_whole_i (udp_whole),
      .frame_len_i (raw_len_q),
      .ip_end_i    (ip_end),
      .match_o     (ptp_match),
      .attributes_o(stamp_attributes_o),
      .at_o        (stamp_at_o)
    );
  end else begin : g_no_ptp
    assign {ptp_stall, ptp_match, stamp_at_o, stamp_attributes_o} = '0;

    logic unused_ptp;
    assign unused_ptp = ^{now_i, stamp_type_i, rxmtrl_i, rxudp_i, ether_type, l3_off, udp, l4_off, udp_whole, ip_end};
  end

  if (EnPacketCsum) begin : g_packet_sum
    logic on;

    assign on = packet_csum_en_i && !rxcsum_i[Pcsd];
    assign fragment_sums = on && rxcsum_i[Ippcse] && rxcsum_i[7:0] == '0;

    rx_packet_sum #(.DataW(DataW)) u_packet_sum (
      .clk_i,
      .on_i          (on),
      .pcss_i        (rxcsum_i[7:0]),
      .accept_i      (store),
      .first_i       (beat_first_q),
      .beat_i        (beat_q),
      .beat_index_i  (index_q),
      .strip_i       (strip_now),
      .payload_only_i(fragment_sums && udp_fragment),
      .payload_at_i  (l4_off),
      .payload_end_i (ip_end),
      .finish_i      (finish_q),
      .sum_o         (packet_sum)
    );
  end else begin : g_no_packet_sum
    assign packet_sum = '0;
    assign fragment_sums = 1'b0;

    logic unused_packet_sum;
    assign unused_packet_sum = ^{packet_csum_en_i, udp_fragment, udp_summed, rxcsum_i[Ippcse], rxcsum_i[7:0]};
  end

  // Index of the word that holds a frame's last byte.
  function automatic logic [IndexW-1:0] last_index(input logic [14:0] len);
    last_index = IndexW'((len - 15'd1) >> OffW);
  endfunction

  assign short_frame = raw_len_q < MinLen;
  assign oversize = raw_len_q > MaxLongLen || (raw_len_q > MaxLen && !rctl_i[Lpe]);
  assign padded_len = short_frame ? MinLen : raw_len_q;
  assign total_len = padded_len + (rctl_i[Secrc] ? 15'd0 : 15'd4) - (strip_q ? 15'd4 : 15'd0);
  // Without a tag that was stripped, all words but one with nothing but FCS are written before.
  assign last_word = keep && last_index(total_len) == last_index(padded_len) + IndexW'(!strip_q);
  assign count = finish_q && !off_q;
  assign good = count && !bad_crc_q && !oversize;
  assign exact = !stat_mcast_o && !inexact;
  assign ev_wake_o = {11{good && filter_ok && slept_q && asleep_i}} &
                     {wake_flex, wake_ip6 && exact, wake_ip4 && exact, wake_arp && stat_bcast_o,
                      stat_bcast_o, stat_mcast_o && !stat_bcast_o, exact, magic};
  assign consumed = slept_q || good && pause && (!rctl_i[Pmcf] || rctl_i[Dpf]);
  assign wanted = count && filter_ok && !consumed && raw_len_q <= MaxLongLen &&
                  (rctl_i[Sbp] || (!oversize && !bad_crc_q));
  assign keep = wanted && !missed_q;

  assign frame_valid_o = keep;
  assign frame_len_o = total_len;
  assign frame_status_o = {status[31:25], bad_crc_q, status[23:16], ev_ack_o, status[14:11], fragment_sums && udp_summed,
                           status[9], ev_stamp_o, inexact, status[6:4], strip_q, status[2:0]};
  assign frame_word1_o = rxcsum_i[Pcsd] ? hash : {packet_sum, ip_id};
  assign frame_tag_o = strip_q ? tag_q : '0;
  assign frame_split_o = header_len - (strip_q && header_len != '0 ? 10'd4 : 10'd0);

  assign ev_ack_o = keep && detect_en_i && !rfctl_i[AckDis] && (rfctl_i[AckDataDis] ? pure_ack : ack);
  assign ev_stamp_o = keep && stamp_open_i && ptp_match;
  assign ev_srpd_o = keep && detect_en_i && 16'(padded_len) + 16'd4 < 16'(rsrpd_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      ptr_q <= '0;
      start_ptr_q <= '0;
    end else if (finish_q) begin
      if (keep) begin
        ptr_q <= ptr_q + (AddrW + 1)'(last_word);
        start_ptr_q <= ptr_q + (AddrW + 1)'(last_word);
      end else begin
        ptr_q <= start_ptr_q;
      end
    end else if (write) begin
      ptr_q <= ptr_q + 1'b1;
    end
  end

  assign write = store && !(beat_first_q && strip_now);
  assign mem_we_o = write || last_word;
  assign mem_join_o = finish_q ? strip_q : strip_now;
  assign mem_keep_o = store && strip_now;
  assign mem_tag_o = beat_first_q;
  assign mem_addr_o = ptr_q[AddrW-1:0];
  assign mem_zero_o = finish_q;
  assign mem_data_o = beat_q;

  assign level_o = 17'({(AddrW + 1)'(start_ptr_q - read_ptr_i), OffW'(0)});
  assign ev_pause_o = good && pause;
  assign ev_control_o = good && unknown;
  assign stat_total_o = count;
  assign stat_frame_o = keep && !bad_crc_q && !oversize;
  assign stat_len_o = {1'b0, bad_crc_q ? raw_len_q : padded_len};
  assign stat_mpc_o = wanted && missed_q;
  assign ev_rxo_o = stat_mpc_o;
  assign stat_ruc_o = count && short_frame && !bad_crc_q;
  assign stat_rfc_o = count && short_frame && bad_crc_q;
  assign stat_roc_o = count && oversize && !bad_crc_q;
  assign stat_rjc_o = count && oversize && bad_crc_q;
  assign stat_crcerr_o = count && bad_crc_q && !short_frame && !oversize;

  assign idle_o = !take && !finish_q && !(beat_valid_q && (stall || accept)) && !clear_i;

  logic unused;
  assign unused = ^{rxcsum_i[31:14], rxcsum_i[11:10], rfctl_i[31:18], rfctl_i[9:0],
                    status[24], status[15], status[10], status[8:7], status[3]};
endmodule
