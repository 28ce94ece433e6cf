// SPDX-License-Identifier: MIT
//
// Receive side of the card (docs/rtl.md, "rx_engine"): wire -> rx_ingress -> frame buffer ->
// rx_deliver -> host memory -> rx_writeback -> events, with rx_desc_fetch reading descriptors ahead.
// Inside, everything is at least 64 bytes wide: a narrower `DataW` is adapted at the edges.
//
// RCTL.EN = 0 throws away what is in the buffer and every write-back that is not on the bus yet, lets
// the rest of the bus traffic finish, and holds the wire if EN returns before that (trap 25).

module rx_engine #(
  parameter int unsigned DataW = 1024
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               srst_i,

  input  logic               enable_i,
  input  logic               link_up_i,
  input  logic               line_drop_i,
  input  logic               csum_en_i,
  input  logic [31:0]        rctl_i,
  input  logic [31:0]        rfctl_i,
  input  logic [31:0]        rxcsum_i,
  input  logic [16*32-1:0]   ral_i,
  input  logic [16*32-1:0]   rah_i,
  output logic [11:0]        mta_index_o,
  input  logic               mta_bit_i,

  input  logic [63:0]        ring_base_i,
  input  logic [19:0]        ring_len_i,
  input  logic [15:0]        tail_i,
  input  logic               head_we_i,
  input  logic [15:0]        head_wdata_i,
  output logic [15:0]        head_o,

  output logic               desc_rd_req_valid_o,
  output logic [63:0]        desc_rd_req_addr_o,
  output logic [15:0]        desc_rd_req_len_o,
  input  logic               desc_rd_req_ready_i,
  input  logic               desc_rd_rsp_valid_i,
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

  output logic               desc_wr_req_valid_o,
  output logic [63:0]        desc_wr_req_addr_o,
  output logic [15:0]        desc_wr_req_len_o,
  input  logic               desc_wr_req_ready_i,
  output logic               desc_wr_valid_o,
  output logic [DataW-1:0]   desc_wr_data_o,
  input  logic               desc_wr_ready_i,
  input  logic               desc_wr_done_i,
  input  logic               desc_wr_err_i,

  input  logic [DataW-1:0]   s_axis_tdata_i,
  input  logic [DataW/8-1:0] s_axis_tkeep_i,
  input  logic               s_axis_tlast_i,
  input  logic               s_axis_tuser_i,
  input  logic               s_axis_tvalid_i,
  output logic               s_axis_tready_o,

  output logic               ev_wb_o,
  output logic [7:0]         ev_wb_frames_o,
  output logic               ev_rxdmt_o,
  output logic               ev_rxo_o,

  output logic               stat_frame_o,
  output logic [15:0]        stat_len_o,
  output logic               stat_mcast_o,
  output logic               stat_bcast_o,
  output logic               stat_mpc_o,
  output logic               stat_rnbc_o,
  output logic               stat_ruc_o,
  output logic               stat_roc_o,
  output logic               stat_crcerr_o,
  output logic               stat_total_o,

  output logic               idle_o,
  output logic               drained_o
);
  localparam int unsigned BeatW = DataW < 512 ? 512 : DataW;
  localparam int unsigned BufferWords = 65536 / (BeatW / 8);
  localparam int unsigned FramesMax = 512;
  localparam int unsigned AddrW = $clog2(BufferWords);
  localparam int unsigned RctlEn = 1, RctlRdmts = 8, RfctlExten = 15;

  logic rst_n;
  assign rst_n = rst_ni && !srst_i;

  logic [16:0] ring_size;
  assign ring_size = {1'b0, ring_len_i[19:4]};

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
  logic [BeatW-1:0] in_data, rsp_data, data_wr_data, desc_wr_data;
  logic [BeatW/8-1:0] in_keep;
  logic in_last, in_user, in_valid, in_ready, rsp_valid, rsp_last;
  logic data_wr_valid, data_wr_ready, desc_wr_valid, desc_wr_ready;
  logic adapters_idle;

  if (DataW == BeatW) begin : g_straight
    assign in_data = s_axis_tdata_i;
    assign in_keep = s_axis_tkeep_i;
    assign in_last = s_axis_tlast_i;
    assign in_user = s_axis_tuser_i;
    assign in_valid = s_axis_tvalid_i;
    assign s_axis_tready_o = in_ready;
    assign rsp_data = desc_rd_rsp_data_i;
    assign rsp_valid = desc_rd_rsp_valid_i;
    assign rsp_last = desc_rd_rsp_last_i;
    assign data_wr_data_o = data_wr_data;
    assign data_wr_valid_o = data_wr_valid;
    assign data_wr_ready = data_wr_ready_i;
    assign desc_wr_data_o = desc_wr_data;
    assign desc_wr_valid_o = desc_wr_valid;
    assign desc_wr_ready = desc_wr_ready_i;
    assign adapters_idle = 1'b1;
  end else begin : g_narrow
    logic in_idle, rsp_idle, rsp_ready, rsp_user, data_idle, desc_idle;
    logic [BeatW/8-1:0] rsp_keep;

    stream_widen #(.InW(DataW), .OutW(BeatW)) u_in (
      .clk_i, .rst_ni,
      .data_i(s_axis_tdata_i), .keep_i(s_axis_tkeep_i), .last_i(s_axis_tlast_i),
      .user_i(s_axis_tuser_i), .valid_i(s_axis_tvalid_i), .ready_o(s_axis_tready_o),
      .data_o(in_data), .keep_o(in_keep), .last_o(in_last), .user_o(in_user),
      .valid_o(in_valid), .ready_i(in_ready), .idle_o(in_idle)
    );
    stream_widen #(.InW(DataW), .OutW(BeatW)) u_rsp (
      .clk_i, .rst_ni(rst_n),
      .data_i(desc_rd_rsp_data_i), .keep_i('1), .last_i(desc_rd_rsp_last_i), .user_i(1'b0),
      .valid_i(desc_rd_rsp_valid_i), .ready_o(rsp_ready),
      .data_o(rsp_data), .keep_o(rsp_keep), .last_o(rsp_last), .user_o(rsp_user),
      .valid_o(rsp_valid), .ready_i(1'b1), .idle_o(rsp_idle)
    );
    stream_narrow #(.InW(BeatW), .OutW(DataW)) u_data (
      .clk_i, .rst_ni(rst_n),
      .start_i(data_wr_req_valid_o && data_wr_req_ready_i), .len_i(data_wr_req_len_o),
      .data_i(data_wr_data), .valid_i(data_wr_valid), .ready_o(data_wr_ready),
      .data_o(data_wr_data_o), .valid_o(data_wr_valid_o), .ready_i(data_wr_ready_i),
      .idle_o(data_idle)
    );
    stream_narrow #(.InW(BeatW), .OutW(DataW)) u_desc (
      .clk_i, .rst_ni(rst_n),
      .start_i(desc_wr_req_valid_o && desc_wr_req_ready_i), .len_i(desc_wr_req_len_o),
      .data_i(desc_wr_data), .valid_i(desc_wr_valid), .ready_o(desc_wr_ready),
      .data_o(desc_wr_data_o), .valid_o(desc_wr_valid_o), .ready_i(desc_wr_ready_i),
      .idle_o(desc_idle)
    );
    assign adapters_idle = in_idle && rsp_idle && data_idle && desc_idle;

    logic unused_narrow;
    assign unused_narrow = ^{rsp_keep, rsp_user, rsp_ready};
  end

  // Wire to buffer.
  logic mem_we, mem_zero, mem_re;
  logic [AddrW-1:0] mem_waddr, mem_raddr;
  logic [BeatW-1:0] mem_wdata, mem_rdata;
  logic [AddrW:0] read_ptr;
  logic put_frame, frames_full, ingress_idle;
  logic [14:0] put_len;
  logic [31:0] put_status;
  logic [15:0] put_ip_id;

  rx_ingress #(.DataW(BeatW), .BufferWords(BufferWords)) u_ingress (
    .clk_i, .rst_ni(rst_n),
    .wire_rst_ni    (rst_ni),
    .clear_i        (clear),
    .receive_i      (on && link_up_i),
    .hold_i         (rctl_i[RctlEn] && state_q != On),
    .line_drop_i, .csum_en_i, .rctl_i, .rfctl_i, .rxcsum_i, .ral_i, .rah_i, .mta_index_o, .mta_bit_i,
    .s_axis_tdata_i (in_data),
    .s_axis_tkeep_i (in_keep),
    .s_axis_tlast_i (in_last),
    .s_axis_tuser_i (in_user),
    .s_axis_tvalid_i(in_valid),
    .s_axis_tready_o(in_ready),
    .mem_we_o       (mem_we),
    .mem_addr_o     (mem_waddr),
    .mem_zero_o     (mem_zero),
    .mem_data_o     (mem_wdata),
    .read_ptr_i     (read_ptr),
    .frame_valid_o  (put_frame),
    .frame_len_o    (put_len),
    .frame_status_o (put_status),
    .frame_ip_id_o  (put_ip_id),
    .frame_full_i   (frames_full),
    .ev_rxo_o,
    .stat_frame_o, .stat_len_o, .stat_mcast_o, .stat_bcast_o, .stat_mpc_o, .stat_ruc_o, .stat_roc_o,
    .stat_crcerr_o, .stat_total_o,
    .idle_o         (ingress_idle)
  );

  rx_buffer #(.DataW(BeatW), .Words(BufferWords)) u_buffer (
    .clk_i,
    .we_i   (mem_we),
    .waddr_i(mem_waddr),
    .wzero_i(mem_zero),
    .wdata_i(mem_wdata),
    .re_i   (mem_re),
    .raddr_i(mem_raddr),
    .rdata_o(mem_rdata)
  );

  logic frames_empty, get_frame;
  logic [$clog2(FramesMax):0] frames;
  logic [14:0] get_len;
  logic [31:0] get_status;
  logic [15:0] get_ip_id;

  sync_fifo #(.Width(15 + 32 + 16), .Depth(FramesMax)) u_frames (
    .clk_i, .rst_ni(rst_n),
    .flush_i(clear),
    .push_i (put_frame && !clear),
    .data_i ({put_len, put_status, put_ip_id}),
    .pop_i  (get_frame),
    .head_o ({get_len, get_status, get_ip_id}),
    .empty_o(frames_empty),
    .full_o (frames_full),
    .count_o(frames)
  );

  // Buffer to host.
  logic desc_valid, desc_pop, desc_none, fetch_quiet, fetch_idle;
  logic [63:0] desc_addr;

  rx_desc_fetch #(.DataW(BeatW)) u_fetch (
    .clk_i, .rst_ni(rst_n),
    .clear_i       (clear),
    .enable_i      (active),
    .ring_base_i,
    .ring_size_i   (ring_size),
    .tail_i, .head_we_i, .head_wdata_i,
    .head_i        (head_o),
    .rd_req_valid_o(desc_rd_req_valid_o),
    .rd_req_addr_o (desc_rd_req_addr_o),
    .rd_req_len_o  (desc_rd_req_len_o),
    .rd_req_ready_i(desc_rd_req_ready_i),
    .rd_rsp_valid_i(rsp_valid),
    .rd_rsp_data_i (rsp_data),
    .rd_rsp_last_i (rsp_last),
    .desc_valid_o  (desc_valid),
    .desc_addr_o   (desc_addr),
    .desc_pop_i    (desc_pop),
    .none_o        (desc_none),
    .quiet_o       (fetch_quiet),
    .idle_o        (fetch_idle)
  );

  logic wb_valid, wb_dma, wb_last, wb_full, more, deliver_quiet, deliver_idle;
  logic [63:0] wb_addr;
  logic [14:0] wb_len;
  logic [31:0] wb_status;
  logic [15:0] wb_ip_id;

  rx_deliver #(.DataW(BeatW), .BufferWords(BufferWords)) u_deliver (
    .clk_i, .rst_ni(rst_n),
    .clear_i       (clear),
    .enable_i      (active),
    .rctl_i,
    .frame_valid_i (!frames_empty),
    .frame_len_i   (get_len),
    .frame_status_i(get_status),
    .frame_ip_id_i (get_ip_id),
    .frame_pop_o   (get_frame),
    .desc_valid_i  (desc_valid),
    .desc_addr_i   (desc_addr),
    .desc_pop_o    (desc_pop),
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
    .wb_dma_o      (wb_dma),
    .wb_last_o     (wb_last),
    .wb_addr_o     (wb_addr),
    .wb_len_o      (wb_len),
    .wb_status_o   (wb_status),
    .wb_ip_id_o    (wb_ip_id),
    .wb_full_i     (wb_full),
    .more_o        (more),
    .quiet_o       (deliver_quiet),
    .idle_o        (deliver_idle)
  );

  logic wb_quiet, wb_idle;

  rx_writeback #(.DataW(BeatW)) u_writeback (
    .clk_i, .rst_ni(rst_n),
    .clear_i       (clear),
    .enable_i      (active),
    .exten_i       (rfctl_i[RfctlExten]),
    .rdmts_i       (rctl_i[RctlRdmts +: 2]),
    .ring_base_i,
    .ring_size_i   (ring_size),
    .tail_i, .head_we_i, .head_wdata_i, .head_o,
    .wb_valid_i    (wb_valid),
    .wb_dma_i      (wb_dma),
    .wb_last_i     (wb_last),
    .wb_addr_i     (wb_addr),
    .wb_len_i      (wb_len),
    .wb_status_i   (wb_status),
    .wb_ip_id_i    (wb_ip_id),
    .wb_full_o     (wb_full),
    .data_done_i   (data_wr_done_i),
    .more_i        (more),
    .wr_req_valid_o(desc_wr_req_valid_o),
    .wr_req_addr_o (desc_wr_req_addr_o),
    .wr_req_len_o  (desc_wr_req_len_o),
    .wr_req_ready_i(desc_wr_req_ready_i),
    .wr_valid_o    (desc_wr_valid),
    .wr_data_o     (desc_wr_data),
    .wr_ready_i    (desc_wr_ready),
    .wr_done_i     (desc_wr_done_i),
    .ev_wb_o, .ev_wb_frames_o, .ev_rxdmt_o,
    .quiet_o       (wb_quiet),
    .idle_o        (wb_idle)
  );

  // A frame that arrives while the card owns no descriptor (fact sheet, section 10, item 16).
  assign stat_rnbc_o = put_frame && desc_none;

  assign quiet = fetch_quiet && deliver_quiet && wb_quiet;
  assign drained_o = quiet;
  assign idle_o = !srst_i && ingress_idle && fetch_idle && deliver_idle && wb_idle && adapters_idle &&
                  !(state_q == Off && rctl_i[RctlEn]) && !(state_q == On && !rctl_i[RctlEn]) && !clear;

  // A failed write leaves its buffer as it was; the descriptor is completed all the same (trap 15).
  // A failed read comes as all ones, an address to which nothing is written.
  logic unused;
  assign unused = ^{desc_rd_rsp_err_i, data_wr_err_i, desc_wr_err_i, ring_len_i[3:0], frames};
endmodule
