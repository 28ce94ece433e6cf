// SPDX-License-Identifier: MIT
//
// Decodes transmit descriptors (82574 fact sheet 4.5, 4.6), one a cycle, and turns them into four
// queues' entries:
//   start  one a packet, with its first data descriptor: what is to be done with the packet
//   end    one a packet, with its EOP descriptor: bytes gathered, legacy checksum insertion
//   piece  one a data descriptor: how many bytes it brings; the same entry with an address is the
//          order to read them
//   wb     one a descriptor of any kind: what to write back, and whether that waits for the piece
//
// Context registers persist over packets. A context between the data descriptors of a packet is
// ignored; descriptor types other than context and data carry nothing and are completed.
// POPTS, TSE, the time stamp's request and the context are latched with the packet's first descriptor,
// legacy CSS too; legacy CSO and IC, and the VLAN tag, come from the EOP descriptor (with TSE from the
// first).
//
// A TSO packet that cannot be cut (strap off, or a context that makes no sense, sheet 4.8) is
// marked `drop`: its pieces bring no bytes, nothing is read.

module tx_parse #(
  parameter int unsigned MaxFrame = 16288,
  parameter bit EnTso = 1'b1,
  parameter bit EnTxCsum = 1'b1,
  localparam int unsigned StartW = 137,
  localparam int unsigned EndW = 47
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              run_i,
  input  logic              flush_i,
  input  logic              wb_all_i,
  input  logic              tso_en_i,
  input  logic              csum_en_i,
  input  logic              vlan_en_i,

  input  logic              desc_valid_i,
  input  logic              desc_queue_i,
  input  logic [127:0]      desc_i,
  output logic              desc_pop_o,

  input  logic              start_full_i,
  output logic              start_push_o,
  output logic [StartW-1:0] start_o,
  input  logic              end_full_i,
  output logic              end_push_o,
  output logic [EndW-1:0]   end_o,
  input  logic              piece_full_i,
  output logic              piece_push_o,
  output logic              read_push_o,
  output logic [63:0]       piece_addr_o,
  output logic [19:0]       piece_len_o,
  output logic              piece_eop_o,
  input  logic              wb_full_i,
  output logic              wb_push_o,
  output logic [37:0]       wb_o,

  output logic [20:0]       gathered_o,  // bytes of the packet being parsed, sticks at the maximum
  output logic              active_o
);
  logic [31:0] dw2, dw3;
  logic dext, is_context, is_data, is_legacy, carries;
  assign dw2 = desc_i[95:64];
  assign dw3 = desc_i[127:96];
  assign dext = dw2[29];
  assign is_legacy = !dext;
  assign is_context = dext && dw2[23:20] == 4'd0;
  assign is_data = dext && dw2[23:20] == 4'd1;
  assign carries = is_legacy || is_data;

  logic unused;
  assign unused = ^{dw2[28], dw3[3:0]};

  logic accept, in_packet_q, first, eop;
  assign accept = run_i && desc_valid_i && !start_full_i && !end_full_i && !piece_full_i && !wb_full_i;
  assign first = !in_packet_q;
  assign eop = dw2[24];
  assign desc_pop_o = accept;

  // The context, as its last descriptor left it.
  logic [7:0] ipcss_q, ipcso_q, tucss_q, tucso_q, hdrlen_q;
  logic [15:0] ipcse_q, tucse_q, mss_q;
  logic [19:0] paylen_q;
  logic tcp_q, ip_q;

  // Can a TSO packet be cut by the context in this descriptor (sheet 4.8)? `ip_outside`: not if its IP
  // checksum is asked for.
  logic unfit, unfit_q, ip_outside, ip_outside_q, load_context;
  logic [19:0] largest;  // payload of its largest segment
  assign load_context = accept && is_context && !in_packet_q;

  always_comb begin
    largest = '0;
    unfit = 1'b0;
    ip_outside = 1'b0;
    if (EnTso && load_context) begin
      largest = (dw2[19:0] < 20'(dw3[31:16])) ? dw2[19:0] : 20'(dw3[31:16]);
      unfit = dw3[31:16] == '0 || dw3[15:8] == '0 || dw2[19:0] == '0 ||
              desc_i[39:32] >= dw3[15:8] || desc_i[7:0] >= desc_i[39:32] ||
              9'(dw3[15:8]) < 9'(desc_i[39:32]) + (dw2[24] ? 9'd20 : 9'd8) ||
              9'(desc_i[47:40]) + 9'd2 > 9'(dw3[15:8]) ||
              21'(largest) + 21'(dw3[15:8]) > 21'(MaxFrame);
      ip_outside = 9'(desc_i[15:8]) + 9'd2 > 9'(dw3[15:8]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {ipcss_q, ipcso_q, tucss_q, tucso_q, hdrlen_q} <= '0;
      {ipcse_q, tucse_q, mss_q} <= '0;
      paylen_q <= '0;
      {tcp_q, ip_q} <= '0;
      {unfit_q, ip_outside_q} <= 2'b11;
    end else if (load_context) begin
      {unfit_q, ip_outside_q} <= {unfit, ip_outside};
      {ipcse_q, ipcso_q, ipcss_q} <= desc_i[31:0];
      {tucse_q, tucso_q, tucss_q} <= desc_i[63:32];
      {ip_q, tcp_q} <= dw2[25:24];
      paylen_q <= dw2[19:0];
      {mss_q, hdrlen_q} <= dw3[31:8];
    end
  end

  // Packet-wide decisions, valid with the first descriptor.
  logic tse, csum_en, ixsm, txsm, drop, drop_q;
  logic [16:0] tag;
  assign tse = is_data && dw2[26];
  assign csum_en = EnTxCsum && csum_en_i;
  assign ixsm = is_data && dw3[8] && csum_en && (!tse || ip_q);
  assign txsm = is_data && dw3[9] && csum_en;
  assign drop = first ? tse && (!EnTso || !tso_en_i || unfit_q || (ixsm && ip_outside_q)) : drop_q;
  assign tag = {vlan_en_i && dw2[30], dw3[31:16]};

  // Checksum ranges are [css, end), `to_end` when they reach to the frame's last byte. The IP range
  // is cut to an even length: some drivers give an IPCSE one too high (sheet 4.7).
  logic [16:0] ip_end, l4_end;
  assign ip_end = {1'b0, ipcse_q} + 17'(ipcse_q[0] != ipcss_q[0]);
  assign l4_end = {1'b0, tucse_q} + 17'd1;
  always_comb begin
    start_o = '0;
    if (accept && first) begin
      start_o = {
        is_data && dw3[4], tag,                                        // 18
        drop, tse, tcp_q, ip_q,                                        // 4
        hdrlen_q, mss_q, paylen_q,                                     // 44
        ixsm, ipcss_q, ipcso_q, ipcse_q == '0, ip_end,                 // 35
        is_legacy, txsm, is_legacy ? dw3[15:8] : tucss_q, tucso_q,     // 18
        is_legacy || tucse_q == '0, l4_end                             // 18
      };
    end
  end

  assign piece_addr_o = desc_i[63:0];
  assign piece_eop_o = eop;

  logic [20:0] gathered_q, gathered_sum;
  logic [21:0] gathered_full;

  always_comb begin
    piece_len_o = '0;
    gathered_full = '0;
    gathered_sum = '0;
    if (accept) begin
      if (!drop) piece_len_o = is_legacy ? {4'd0, dw2[15:0]} : dw2[19:0];
      gathered_full = {1'b0, first ? 21'd0 : gathered_q} + 22'(piece_len_o);
      gathered_sum = gathered_full[21] ? '1 : gathered_full[20:0];
    end
  end
  assign gathered_o = gathered_q;

  assign start_push_o = accept && carries && first;
  assign piece_push_o = accept && carries;
  assign read_push_o = piece_push_o && piece_len_o != '0;
  assign end_push_o = accept && carries && eop;
  assign end_o = {gathered_sum, tag, is_legacy && dw2[26] && csum_en, dw2[23:16]};
  assign wb_push_o = accept;
  assign wb_o = {desc_queue_i, carries, !in_packet_q && !carries || carries && eop, dw2[27] || wb_all_i, dw2[27], dw2[31],
                 dw3[31:4], 4'b0001};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      in_packet_q <= 1'b0;
      drop_q <= 1'b0;
      gathered_q <= '0;
    end else if (flush_i) begin
      in_packet_q <= 1'b0;
    end else if (accept && carries) begin
      in_packet_q <= !eop;
      drop_q <= drop;
      gathered_q <= gathered_sum;
    end
  end

  assign active_o = accept;
endmodule
