// SPDX-License-Identifier: MIT
//
// Receive side of the card (docs/rtl.md, "rx_engine"): wire -> rx_ingress -> frame buffer ->
// rx_deliver -> host memory -> rx_writeback -> events, with rx_desc_fetch reading descriptors ahead.
// The last and the first of these are there once a queue; the frame at the head of the buffer waits for
// its own queue's descriptors, and all behind it wait too. Vectors of queues have queue 0 lowest.
// Inside, everything is at least 64 bytes wide: a narrower `DataW` is adapted at the edges.
//
// RCTL.EN = 0 throws away what is in the buffer and every write-back that is not on the bus yet, lets
// the rest of the bus traffic finish, and holds the wire if EN returns before that (trap 25).

module rx_engine #(
  parameter int unsigned DataW = 1024,
  // 0 removes a feature from synthesis.
  parameter bit EnCsum = 1'b1,
  parameter bit EnVlan = 1'b1,
  parameter bit EnRss = 1'b1,
  parameter bit EnSplit = 1'b1,
  parameter bit EnQueues = 1'b1,
  parameter bit EnPause = 1'b1,
  parameter bit EnPtp = 1'b1,
  parameter bit EnPacketCsum = 1'b1
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               srst_i,
  input  logic [63:0]        now_i,

  input  logic               enable_i,
  input  logic               link_up_i,
  input  logic               line_drop_i,
  input  logic               csum_en_i,   // features
  input  logic               vlan_en_i,
  input  logic               rss_en_i,
  input  logic               queues_en_i, // off: RSS tells the hash and leads to queue 0
  input  logic               split_en_i,
  input  logic               detect_en_i,
  input  logic               packet_csum_en_i,
  input  logic [31:0]        rctl_i,
  input  logic [31:0]        rfctl_i,
  input  logic [31:0]        rxcsum_i,
  input  logic [16*32-1:0]   ral_i,
  input  logic [16*32-1:0]   rah_i,
  output logic [11:0]        mta_index_o,
  input  logic               mta_bit_i,
  input  logic               vlan_mode_i,
  input  logic [15:0]        vet_i,
  output logic [11:0]        vfta_index_o,
  input  logic               vfta_bit_i,
  input  logic [31:0]        mrqc_i,
  input  logic [319:0]       rss_key_i,
  output logic [6:0]         reta_index_o,
  input  logic               reta_queue_i,
  input  logic [31:0]        psrctl_i,
  input  logic [11:0]        rsrpd_i,
  input  logic               asleep_i,    // D3: take nothing in, only look for what wakes
  input  logic [4:0]         wake_valid_i,
  input  logic [127:0]       wake_ip4_i,
  input  logic [127:0]       wake_ip6_i,
  input  logic [43:0]        flex_len_i,
  output logic [6:0]         flex_byte_o,
  input  logic [3:0]         flex_mask_i,
  input  logic [31:0]        flex_value_i,
  input  logic               pause_en_i,  // received pause frames are obeyed
  input  logic [47:0]        pause_address_i,
  input  logic [15:0]        pause_type_i,
  input  logic               stamp_open_i,
  input  logic [2:0]         stamp_type_i,
  input  logic [31:0]        rxmtrl_i,
  input  logic [15:0]        rxudp_i,

  input  logic [2*64-1:0]    ring_base_i,
  input  logic [2*20-1:0]    ring_len_i,
  input  logic [2*16-1:0]    tail_i,
  input  logic [1:0]         head_we_i,
  input  logic [15:0]        head_wdata_i,
  output logic [2*16-1:0]    head_o,

  output logic [1:0]         desc_rd_req_valid_o,
  output logic [2*64-1:0]    desc_rd_req_addr_o,
  output logic [2*16-1:0]    desc_rd_req_len_o,
  input  logic [1:0]         desc_rd_req_ready_i,
  input  logic [1:0]         desc_rd_rsp_valid_i,
  input  logic [DataW-1:0]   desc_rd_rsp_data_i,
  input  logic               desc_rd_rsp_last_i,
  input  logic               desc_rd_rsp_err_i,

  output logic               data_wr_req_valid_o,
  output logic [63:0]        data_wr_req_addr_o,
  output logic [15:0]        data_wr_req_len_o,
  input  logic               data_wr_req_ready_i,
  output logic               data_wr_valid_o,
  output logic [DataW-1:0]   data_wr_data_o,
  input  logic               data_wr_ready_i,
  input  logic               data_wr_done_i,
  input  logic               data_wr_err_i,

  output logic [1:0]         desc_wr_req_valid_o,
  output logic [2*64-1:0]    desc_wr_req_addr_o,
  output logic [2*16-1:0]    desc_wr_req_len_o,
  input  logic [1:0]         desc_wr_req_ready_i,
  output logic [1:0]         desc_wr_valid_o,
  output logic [2*DataW-1:0] desc_wr_data_o,
  input  logic [1:0]         desc_wr_ready_i,
  input  logic [1:0]         desc_wr_done_i,
  input  logic               desc_wr_err_i,

  input  logic [DataW-1:0]   s_axis_tdata_i,
  input  logic [DataW/8-1:0] s_axis_tkeep_i,
  input  logic               s_axis_tlast_i,
  input  logic               s_axis_tuser_i,
  input  logic               s_axis_tvalid_i,
  output logic               s_axis_tready_o,

  output logic [1:0]         ev_wb_o,
  output logic [2*8-1:0]     ev_wb_frames_o,
  output logic               ev_rxdmt_o,
  output logic               ev_rxo_o,
  output logic               ev_srpd_o,
  output logic               ev_ack_o,
  output logic               ev_pause_o,
  output logic [15:0]        ev_pause_quanta_o,
  output logic               ev_control_o,
  output logic [10:0]        ev_wake_o,   // as rx_ingress.sv has it
  output logic [10:0]        wake_length_o,
  output logic               wake_valid_o,
  output logic [10:0]        wake_index_o,
  output logic [7:0]         wake_byte_o,
  output logic [16:0]        level_o,     // bytes of the buffer in use
  output logic               ev_stamp_o,
  output logic [63:0]        stamp_at_o,
  output logic [63:0]        stamp_attributes_o,

  output logic               stat_frame_o,
  output logic [15:0]        stat_len_o,
  output logic               stat_mcast_o,
  output logic               stat_bcast_o,
  output logic               stat_mpc_o,
  output logic               stat_rnbc_o,
  output logic               stat_ruc_o,
  output logic               stat_rfc_o,
  output logic               stat_roc_o,
  output logic               stat_rjc_o,
  output logic               stat_crcerr_o,
  output logic               stat_total_o,

  output logic               idle_o,
  output logic               drained_o
);
  localparam int unsigned BeatW = DataW < 512 ? 512 : DataW;
  localparam int unsigned BufferWords = 65536 / (BeatW / 8);
  localparam int unsigned FramesMax = 512;
  localparam int unsigned AddrW = $clog2(BufferWords);
  localparam int unsigned RctlEn = 1, RctlRdmts = 8, RctlDtyp = 10, RfctlExten = 15;

  logic rst_n;
  assign rst_n = rst_ni && !srst_i;

  logic split;
  assign split = EnSplit && split_en_i && rctl_i[RctlDtyp +: 2] == 2'd1 && rfctl_i[RfctlExten];

  // On and off.
  typedef enum logic [1:0] {Off, On, Draining} state_e;
  state_e state_q;
  logic on, active, clear, quiet;

  assign on = state_q == On && rctl_i[RctlEn];
  assign active = on && enable_i;
  assign clear = state_q == Draining && quiet;

  always_ff @(posedge clk_i) begin
    if (!rst_n) begin
      state_q <= Off;
    end else begin
      case (state_q)
        Off: if (rctl_i[RctlEn]) state_q <= On;
        On: if (!rctl_i[RctlEn]) state_q <= Draining;
        default: if (quiet) state_q <= Off;
      endcase
    end
  end

  // Width adapters.
  logic [BeatW-1:0] in_data, data_wr_data;
  logic [2*BeatW-1:0] rsp_data, desc_wr_data;
  logic [BeatW/8-1:0] in_keep;
  logic in_last, in_user, in_valid, in_ready;
  logic data_wr_valid, data_wr_ready;
  logic [1:0] rsp_valid, rsp_last, desc_wr_valid, desc_wr_ready;
  logic adapters_idle;

  if (DataW == BeatW) begin : g_straight
    assign in_data = s_axis_tdata_i;
    assign in_keep = s_axis_tkeep_i;
    assign in_last = s_axis_tlast_i;
    assign in_user = s_axis_tuser_i;
    assign in_valid = s_axis_tvalid_i;
    assign s_axis_tready_o = in_ready;
    assign rsp_data = {2{desc_rd_rsp_data_i}};
    assign rsp_valid = desc_rd_rsp_valid_i;
    assign rsp_last = {2{desc_rd_rsp_last_i}};
    assign data_wr_data_o = data_wr_data;
    assign data_wr_valid_o = data_wr_valid;
    assign data_wr_ready = data_wr_ready_i;
    assign desc_wr_data_o = desc_wr_data;
    assign desc_wr_valid_o = desc_wr_valid;
    assign desc_wr_ready = desc_wr_ready_i;
    assign adapters_idle = 1'b1;
  end else begin : g_narrow
    logic in_idle, data_idle;
    logic [1:0] rsp_idle, desc_idle;

    stream_widen #(.InW(DataW), .OutW(BeatW)) u_in (
      .clk_i, .rst_ni,
      .data_i(s_axis_tdata_i), .keep_i(s_axis_tkeep_i), .last_i(s_axis_tlast_i),
      .user_i(s_axis_tuser_i), .valid_i(s_axis_tvalid_i), .ready_o(s_axis_tready_o),
      .data_o(in_data), .keep_o(in_keep), .last_o(in_last), .user_o(in_user),
      .valid_o(in_valid), .ready_i(in_ready), .idle_o(in_idle)
    );
    stream_narrow #(.InW(BeatW), .OutW(DataW)) u_data (
      .clk_i, .rst_ni(rst_n),
      .start_i(data_wr_req_valid_o && data_wr_req_ready_i), .len_i(data_wr_req_len_o),
      .data_i(data_wr_data), .valid_i(data_wr_valid), .ready_o(data_wr_ready),
      .data_o(data_wr_data_o), .valid_o(data_wr_valid_o), .ready_i(data_wr_ready_i),
      .idle_o(data_idle)
    );
    for (genvar q = 0; q < 2; q++) begin : g_queue
      logic rsp_ready, rsp_user;
      logic [BeatW/8-1:0] rsp_keep;

      stream_widen #(.InW(DataW), .OutW(BeatW)) u_rsp (
        .clk_i, .rst_ni(rst_n),
        .data_i(desc_rd_rsp_data_i), .keep_i('1), .last_i(desc_rd_rsp_last_i), .user_i(1'b0),
        .valid_i(desc_rd_rsp_valid_i[q]), .ready_o(rsp_ready),
        .data_o(rsp_data[q*BeatW +: BeatW]), .keep_o(rsp_keep), .last_o(rsp_last[q]),
        .user_o(rsp_user), .valid_o(rsp_valid[q]), .ready_i(1'b1), .idle_o(rsp_idle[q])
      );
      stream_narrow #(.InW(BeatW), .OutW(DataW)) u_desc (
        .clk_i, .rst_ni(rst_n),
        .start_i(desc_wr_req_valid_o[q] && desc_wr_req_ready_i[q]),
        .len_i(desc_wr_req_len_o[q*16 +: 16]),
        .data_i(desc_wr_data[q*BeatW +: BeatW]), .valid_i(desc_wr_valid[q]),
        .ready_o(desc_wr_ready[q]), .data_o(desc_wr_data_o[q*DataW +: DataW]),
        .valid_o(desc_wr_valid_o[q]), .ready_i(desc_wr_ready_i[q]), .idle_o(desc_idle[q])
      );

      logic unused;
      assign unused = ^{rsp_keep, rsp_user, rsp_ready};
    end
    assign adapters_idle = in_idle && data_idle && rsp_idle == '1 && desc_idle == '1;
  end

  // Wire to buffer.
  logic mem_we, mem_zero, mem_join, mem_keep, mem_tag, mem_re;
  logic [AddrW-1:0] mem_waddr, mem_raddr;
  logic [BeatW-1:0] mem_wdata, mem_rdata;
  logic [AddrW:0] read_ptr;
  logic put_frame, put_queue, rss_queue, frames_full, ingress_idle;
  logic [14:0] put_len;
  logic [31:0] put_status, put_word1;
  logic [3:0] put_type;
  logic [15:0] put_tag;
  logic [9:0] put_split;

  rx_ingress #(
    .DataW(BeatW), .BufferWords(BufferWords), .EnCsum(EnCsum), .EnVlan(EnVlan), .EnRss(EnRss && EnQueues),
    .EnPause(EnPause),
    .EnPtp(EnPtp), .EnPacketCsum(EnPacketCsum)
  ) u_ingress (
    .clk_i, .rst_ni(rst_n), .now_i,
    .wire_rst_ni    (rst_ni),
    .clear_i        (clear),
    .receive_i      (on && link_up_i),
    .hold_i         (rctl_i[RctlEn] && state_q != On),
    .line_drop_i, .csum_en_i, .vlan_en_i, .rss_en_i, .detect_en_i, .packet_csum_en_i,
    .rctl_i, .rfctl_i, .rxcsum_i, .ral_i, .rah_i, .mta_index_o, .mta_bit_i,
    .vlan_mode_i, .vet_i, .vfta_index_o, .vfta_bit_i,
    .mrqc_i, .rss_key_i, .reta_index_o, .reta_queue_i, .rsrpd_i,
    .asleep_i, .wake_valid_i, .wake_ip4_i, .wake_ip6_i, .flex_len_i, .flex_byte_o, .flex_mask_i, .flex_value_i, .pause_en_i, .pause_address_i, .pause_type_i,
    .stamp_open_i, .stamp_type_i, .rxmtrl_i, .rxudp_i,
    .s_axis_tdata_i (in_data),
    .s_axis_tkeep_i (in_keep),
    .s_axis_tlast_i (in_last),
    .s_axis_tuser_i (in_user),
    .s_axis_tvalid_i(in_valid),
    .s_axis_tready_o(in_ready),
    .mem_we_o       (mem_we),
    .mem_addr_o     (mem_waddr),
    .mem_zero_o     (mem_zero),
    .mem_join_o     (mem_join),
    .mem_keep_o     (mem_keep),
    .mem_tag_o      (mem_tag),
    .mem_data_o     (mem_wdata),
    .read_ptr_i     (read_ptr),
    .frame_valid_o  (put_frame),
    .frame_len_o    (put_len),
    .frame_status_o (put_status),
    .frame_queue_o  (rss_queue),
    .frame_type_o   (put_type),
    .frame_word1_o  (put_word1),
    .frame_tag_o    (put_tag),
    .frame_split_o  (put_split),
    .frame_full_i   (frames_full),
    .level_o, .ev_pause_o, .ev_pause_quanta_o, .ev_control_o, .ev_wake_o,
    .wake_length_o, .wake_valid_o, .wake_index_o, .wake_byte_o,
    .ev_rxo_o, .ev_srpd_o, .ev_ack_o, .ev_stamp_o, .stamp_at_o, .stamp_attributes_o,
    .stat_frame_o, .stat_len_o, .stat_mcast_o, .stat_bcast_o, .stat_mpc_o, .stat_ruc_o, .stat_rfc_o, .stat_roc_o, .stat_rjc_o,
    .stat_crcerr_o, .stat_total_o,
    .idle_o         (ingress_idle)
  );

  rx_buffer #(.DataW(BeatW), .Words(BufferWords)) u_buffer (
    .clk_i,
    .we_i   (mem_we),
    .waddr_i(mem_waddr),
    .wzero_i(mem_zero),
    .wjoin_i(mem_join),
    .wkeep_i(mem_keep),
    .wtag_i (mem_tag),
    .wdata_i(mem_wdata),
    .re_i   (mem_re),
    .raddr_i(mem_raddr),
    .rdata_o(mem_rdata)
  );

  assign put_queue = rss_queue && queues_en_i;

  localparam int unsigned FrameW = 15 + 32 + 1 + 4 + 32 + 16 + 10;
  logic frames_empty, get_frame, get_queue;
  logic [$clog2(FramesMax):0] frames;
  logic [14:0] get_len;
  logic [31:0] get_status, get_word1;
  logic [3:0] get_type;
  logic [15:0] get_tag;
  logic [9:0] get_split;

  sync_fifo #(.Width(FrameW), .Depth(FramesMax)) u_frames (
    .clk_i, .rst_ni(rst_n),
    .flush_i(clear),
    .push_i (put_frame && !clear),
    .data_i ({put_len, put_status, put_queue, put_type, put_word1, put_tag, put_split}),
    .pop_i  (get_frame),
    .head_o ({get_len, get_status, get_queue, get_type, get_word1, get_tag, get_split}),
    .empty_o(frames_empty),
    .full_o (frames_full),
    .count_o(frames)
  );

  // Buffer to host.
  logic [1:0] desc_valid, desc_pop, desc_none, fetch_quiet, fetch_idle;
  logic [2*256-1:0] desc;
  logic pop;

  logic wb_valid, wb_last, more, write, deliver_quiet, deliver_idle;
  logic [1:0] wb_full, data_done, rxdmt, wb_quiet, wb_idle;
  logic [2:0] wb_writes;
  logic [4*15-1:0] wb_lens;
  logic [9:0] wb_header;
  logic [63:0] wb_addr;

  assign desc_pop = {pop && get_queue, pop && !get_queue};
  assign wb_addr = desc[get_queue*256 +: 64];

  rx_deliver #(.DataW(BeatW), .BufferWords(BufferWords), .EnSplit(EnSplit)) u_deliver (
    .clk_i, .rst_ni(rst_n),
    .clear_i       (clear),
    .enable_i      (active),
    .rctl_i,
    .split_i       (split),
    .psrctl_i,
    .frame_valid_i (!frames_empty),
    .frame_len_i   (get_len),
    .frame_split_i (get_split),
    .frame_pop_o   (get_frame),
    .desc_valid_i  (desc_valid[get_queue]),
    .desc_i        (desc[get_queue*256 +: 256]),
    .desc_pop_o    (pop),
    .mem_re_o      (mem_re),
    .mem_addr_o    (mem_raddr),
    .mem_data_i    (mem_rdata),
    .read_ptr_o    (read_ptr),
    .wr_req_valid_o(data_wr_req_valid_o),
    .wr_req_addr_o (data_wr_req_addr_o),
    .wr_req_len_o  (data_wr_req_len_o),
    .wr_req_ready_i(data_wr_req_ready_i),
    .wr_valid_o    (data_wr_valid),
    .wr_data_o     (data_wr_data),
    .wr_ready_i    (data_wr_ready),
    .wr_done_i     (data_wr_done_i),
    .wb_valid_o    (wb_valid),
    .wb_writes_o   (wb_writes),
    .wb_last_o     (wb_last),
    .wb_lens_o     (wb_lens),
    .wb_header_o   (wb_header),
    .wb_full_i     (wb_full[get_queue]),
    .write_o       (write),
    .more_o        (more),
    .quiet_o       (deliver_quiet),
    .idle_o        (deliver_idle)
  );

  // Payload writes end in the order in which they began: whose was it?
  logic done_queue, order_empty, order_full;
  logic [8:0] order_count;

  sync_fifo #(.Width(1), .Depth(256)) u_order (
    .clk_i, .rst_ni(rst_n),
    .flush_i(1'b0),
    .push_i (write),
    .data_i (get_queue),
    .pop_i  (data_wr_done_i),
    .head_o (done_queue),
    .empty_o(order_empty),
    .full_o (order_full),
    .count_o(order_count)
  );
  assign data_done = {data_wr_done_i && done_queue, data_wr_done_i && !done_queue};

  if (!EnQueues) begin : g_no_ring
    assign desc_rd_req_valid_o[1] = 1'b0;
    assign desc_rd_req_addr_o[127:64] = '0;
    assign desc_rd_req_len_o[31:16] = '0;
    assign desc_wr_req_valid_o[1] = 1'b0;
    assign desc_wr_req_addr_o[127:64] = '0;
    assign desc_wr_req_len_o[31:16] = '0;
    assign desc_wr_valid[1] = 1'b0;
    assign desc_wr_data[2*BeatW-1:BeatW] = '0;
    assign desc_valid[1] = 1'b0;
    assign desc[511:256] = '0;
    assign desc_none[1] = 1'b1;
    assign head_o[31:16] = '0;
    assign wb_full[1] = 1'b0;
    assign ev_wb_o[1] = 1'b0;
    assign ev_wb_frames_o[15:8] = '0;
    assign rxdmt[1] = 1'b0;
    assign {fetch_quiet[1], fetch_idle[1], wb_quiet[1], wb_idle[1]} = '1;

    logic unused_ring;
    assign unused_ring = ^{ring_base_i[127:64], ring_len_i[39:20], tail_i[31:16], head_we_i[1],
                           desc_rd_req_ready_i[1], rsp_valid[1], rsp_data[2*BeatW-1:BeatW], rsp_last[1],
                           desc_pop[1], data_done[1], desc_wr_req_ready_i[1], desc_wr_ready[1],
                           desc_wr_done_i[1]};
  end
  for (genvar q = 0; q < (EnQueues ? 2 : 1); q++) begin : g_ring
    logic [16:0] ring_size;
    logic here;

    assign ring_size = {1'b0, ring_len_i[q*20+4 +: 16]};
    assign here = get_queue == 1'(q);

    rx_desc_fetch #(.DataW(BeatW)) u_fetch (
      .clk_i, .rst_ni(rst_n),
      .clear_i       (clear),
      .enable_i      (active),
      .split_i       (split),
      .ring_base_i   (ring_base_i[q*64 +: 64]),
      .ring_size_i   (ring_size),
      .tail_i        (tail_i[q*16 +: 16]),
      .head_we_i     (head_we_i[q]),
      .head_wdata_i,
      .head_i        (head_o[q*16 +: 16]),
      .rd_req_valid_o(desc_rd_req_valid_o[q]),
      .rd_req_addr_o (desc_rd_req_addr_o[q*64 +: 64]),
      .rd_req_len_o  (desc_rd_req_len_o[q*16 +: 16]),
      .rd_req_ready_i(desc_rd_req_ready_i[q]),
      .rd_rsp_valid_i(rsp_valid[q]),
      .rd_rsp_data_i (rsp_data[q*BeatW +: BeatW]),
      .rd_rsp_last_i (rsp_last[q]),
      .desc_valid_o  (desc_valid[q]),
      .desc_o        (desc[q*256 +: 256]),
      .desc_pop_i    (desc_pop[q]),
      .none_o        (desc_none[q]),
      .quiet_o       (fetch_quiet[q]),
      .idle_o        (fetch_idle[q])
    );

    rx_writeback #(.DataW(BeatW)) u_writeback (
      .clk_i, .rst_ni(rst_n),
      .clear_i       (clear),
      .enable_i      (active),
      .queue_i       (1'(q)),
      .exten_i       (rfctl_i[RfctlExten]),
      .split_i       (split),
      .rdmts_i       (rctl_i[RctlRdmts +: 2]),
      .ring_base_i   (ring_base_i[q*64 +: 64]),
      .ring_size_i   (ring_size),
      .tail_i        (tail_i[q*16 +: 16]),
      .head_we_i     (head_we_i[q]),
      .head_wdata_i,
      .head_o        (head_o[q*16 +: 16]),
      .wb_valid_i    (wb_valid && here),
      .wb_writes_i   (wb_writes),
      .wb_last_i     (wb_last),
      .wb_addr_i     (wb_addr),
      .wb_lens_i     (wb_lens),
      .wb_header_i   (wb_header),
      .wb_status_i   (wb_last ? get_status : '0),
      .wb_type_i     (wb_last ? get_type : '0),
      .wb_word1_i    (wb_last ? get_word1 : '0),
      .wb_tag_i      (wb_last ? get_tag : '0),
      .wb_full_o     (wb_full[q]),
      .data_done_i   (data_done[q]),
      .more_i        (more && here),
      .wr_req_valid_o(desc_wr_req_valid_o[q]),
      .wr_req_addr_o (desc_wr_req_addr_o[q*64 +: 64]),
      .wr_req_len_o  (desc_wr_req_len_o[q*16 +: 16]),
      .wr_req_ready_i(desc_wr_req_ready_i[q]),
      .wr_valid_o    (desc_wr_valid[q]),
      .wr_data_o     (desc_wr_data[q*BeatW +: BeatW]),
      .wr_ready_i    (desc_wr_ready[q]),
      .wr_done_i     (desc_wr_done_i[q]),
      .ev_wb_o       (ev_wb_o[q]),
      .ev_wb_frames_o(ev_wb_frames_o[q*8 +: 8]),
      .ev_rxdmt_o    (rxdmt[q]),
      .quiet_o       (wb_quiet[q]),
      .idle_o        (wb_idle[q])
    );
  end
  assign ev_rxdmt_o = rxdmt != '0;

  // A frame that arrives while the card owns no descriptor (fact sheet, section 10, item 16).
  assign stat_rnbc_o = put_frame && desc_none[put_queue];

  assign quiet = fetch_quiet == '1 && deliver_quiet && wb_quiet == '1;
  assign drained_o = quiet;
  assign idle_o = !srst_i && ingress_idle && fetch_idle == '1 && deliver_idle && wb_idle == '1 && adapters_idle &&
                  !(state_q == Off && rctl_i[RctlEn]) && !(state_q == On && !rctl_i[RctlEn]) && !clear;

  // A failed write leaves its buffer as it was; the descriptor is completed all the same (trap 15).
  // A failed read comes as all ones, an address to which nothing is written.
  logic unused;
  assign unused = ^{desc_rd_rsp_err_i, data_wr_err_i, desc_wr_err_i, ring_len_i[23:20], ring_len_i[3:0], frames,
                    order_empty, order_full, order_count};
endmodule
