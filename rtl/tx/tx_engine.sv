// SPDX-License-Identifier: MIT
//
// Transmit: from the descriptor ring to frames on the wire (docs/rtl.md; 82574 fact sheet section 4).
//
//   tx_queues -> tx_parse -> queues -> tx_payload (buffers read ahead)
//                                     tx_walk -> tx_pack -> tx_frame_buffer -> wire
//                                     tx_segment   |-> tx_csum -^
//                                     tx_writeback <- done
//
// Frames are cut while packing, one beat a cycle: a step of the walker takes bytes out of a payload
// beat, turns them to where they belong and merges them with what is there. TSO needs no second pass.
//
// The two rings (tx_queues) share all that comes behind, packet by packet.
//
// Switching a ring off (or writing its head) in the middle of work stops both: nothing new is asked of memory, what is
// in flight is awaited, then everything is forgotten that has not become a frame; the heads go back
// to the start of the packet in work. Nothing is written back to that ring meanwhile. Then the rings that
// are on go on.
//
// EnTso, EnTxCsum and EnQueues remove segmentation, checksums and the second ring from synthesis: as if
// their straps, or the ring, were always off.

module tx_engine #(
  parameter int unsigned DataW = 1024,
  parameter bit EnTso = 1'b1,
  parameter bit EnTxCsum = 1'b1,
  parameter bit EnQueues = 1'b1,
  localparam int unsigned Lanes = DataW / 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             srst_i,

  input  logic [1:0]       enable_i,  // a bit, or a slice, a ring
  input  logic             psp_i,
  input  logic             wb_all_i,
  input  logic             tso_en_i,
  input  logic             csum_en_i,
  input  logic             vlan_en_i,
  input  logic [15:0]      vet_i,
  input  logic [2*64-1:0]  ring_base_i,
  input  logic [2*20-1:0]  ring_len_i,
  input  logic [2*16-1:0]  tail_i,
  input  logic [1:0]       head_we_i,
  input  logic [15:0]      head_wdata_i,
  input  logic [2*7-1:0]   low_i,     // TXDCTL.LWTHRESH
  output logic [2*16-1:0]  head_o,

  output logic             desc_rd_req_valid_o,
  output logic [63:0]      desc_rd_req_addr_o,
  output logic [15:0]      desc_rd_req_len_o,
  input  logic             desc_rd_req_ready_i,
  input  logic             desc_rd_rsp_valid_i,
  input  logic [DataW-1:0] desc_rd_rsp_data_i,
  input  logic             desc_rd_rsp_last_i,
  input  logic             desc_rd_rsp_err_i,

  output logic             data_rd_req_valid_o,
  output logic [63:0]      data_rd_req_addr_o,
  output logic [15:0]      data_rd_req_len_o,
  input  logic             data_rd_req_ready_i,
  input  logic             data_rd_rsp_valid_i,
  input  logic [DataW-1:0] data_rd_rsp_data_i,
  input  logic             data_rd_rsp_last_i,
  input  logic             data_rd_rsp_err_i,

  output logic             wb_wr_req_valid_o,
  output logic [63:0]      wb_wr_req_addr_o,
  output logic [15:0]      wb_wr_req_len_o,
  input  logic             wb_wr_req_ready_i,
  output logic             wb_wr_valid_o,
  output logic [DataW-1:0] wb_wr_data_o,
  input  logic             wb_wr_ready_i,
  input  logic             wb_wr_done_i,
  input  logic             wb_wr_err_i,

  output logic [DataW-1:0] m_axis_tdata_o,
  output logic [Lanes-1:0] m_axis_tkeep_o,
  output logic             m_axis_tlast_o,
  output logic             m_axis_tuser_o,
  output logic             m_axis_tvalid_o,
  input  logic             m_axis_tready_i,

  // Pause frames: received ones hold, the card's own are sent (tx_frame_buffer.sv).
  input  logic             hold_i,
  input  logic             control_valid_i,
  input  logic             control_xoff_i,
  input  logic [143:0]     control_head_i,
  output logic             control_taken_o,
  output logic             held_o,

  output logic [1:0]       ev_wb_o,
  output logic [1:0]       ev_wb_ide_o,
  output logic             ev_txqe_o,
  output logic             ev_low_o,
  output logic             ev_stamp_o,

  output logic             stat_frame_o,
  output logic [15:0]      stat_len_o,
  output logic             stat_mcast_o,
  output logic             stat_bcast_o,
  output logic             stat_xoff_o,
  output logic             stat_xon_o,
  output logic             stat_tso_o,
  output logic             stat_tso_fail_o,

  output logic             idle_o,
  output logic             drained_o
);
  localparam int unsigned LaneW = $clog2(Lanes);
  localparam int unsigned HdrW = 8 - LaneW;
  localparam int unsigned SumsW = 2 * (2 + 2 * LaneW);
  localparam int unsigned MaxFrame = 16288;  // fact sheet 4.10
  localparam int unsigned PayloadBytes = 32768;
  localparam int unsigned FrameBytes = 32768;

  logic rst_n;
  assign rst_n = rst_ni && !srst_i;

  // On, off, or on the way there.
  typedef enum logic [1:0] {StOff, StOn, StAbort} state_e;
  state_e state_q, state_d;
  logic run, flush, quiet;
  logic [1:0] start;
  logic fetch_drained, payload_drained, writeback_drained, steps_busy;

  logic [1:0] on_q, on_d;      // rings at work
  logic [1:0] keep_q, keep_d;  // rings that stop only for the other's sake
  logic [2*16-1:0] ring_size;
  assign ring_size = {ring_len_i[39:24], ring_len_i[19:4]};

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StOff: if (head_we_i != '0) state_d = StAbort;
        else if (enable_i != '0) state_d = StOn;
      StOn: if ((on_q & ~enable_i) != '0 || head_we_i != '0) state_d = StAbort;
      StAbort: if (quiet) state_d = StOff;
      default: state_d = StOff;
    endcase
    on_d = (state_d == StOn) ? enable_i : '0;
    keep_d = (state_d == StAbort) ? ((state_q == StAbort) ? keep_q : on_q) & enable_i & ~head_we_i : '0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_n) begin
      state_q <= StOff;
      on_q <= '0;
      keep_q <= '0;
    end else begin
      state_q <= state_d;
      on_q <= on_d;
      keep_q <= keep_d;
    end
  end

  assign run = state_q == StOn;
  assign start = (state_q == StAbort) ? '0 : ~on_q;
  assign quiet = fetch_drained && payload_drained && writeback_drained && !steps_busy;
  assign flush = state_q == StAbort && quiet;

  // Descriptors.
  logic desc_valid, desc_queue, desc_pop, fetch_active, parse_active;
  logic [127:0] desc;

  tx_queues #(.DataW(DataW), .EnQueues(EnQueues)) u_queues (
    .clk_i, .rst_ni(rst_n), .start_i(start), .run_i(on_q), .flush_i(flush),
    .ring_base_i, .ring_size_i(ring_size), .tail_i, .head_i(head_o),
    .desc_rd_req_valid_o, .desc_rd_req_addr_o, .desc_rd_req_len_o, .desc_rd_req_ready_i,
    .desc_rd_rsp_valid_i, .desc_rd_rsp_data_i, .desc_rd_rsp_last_i,
    .desc_valid_o(desc_valid), .desc_queue_o(desc_queue), .desc_o(desc), .desc_pop_i(desc_pop),
    .drained_o(fetch_drained), .active_o(fetch_active)
  );

  logic start_full, start_push, start_empty, start_pop;
  logic end_full, end_push, end_empty, end_pop;
  logic piece_full, piece_push, piece_empty, piece_pop, piece_eop;
  logic order_full, order_push, order_empty, order_pop;
  logic wb_full, wb_push, wb_empty, wb_pop;
  logic [136:0] start_in, start_head;
  logic [46:0] end_in, end_head;
  logic [20:0] piece_head, gathered;
  logic [19:0] piece_len;
  logic [63:0] piece_addr;
  logic [83:0] order_head;
  logic [37:0] wb_in, wb_head;

  tx_parse #(.MaxFrame(MaxFrame), .EnTso(EnTso), .EnTxCsum(EnTxCsum)) u_parse (
    .clk_i, .rst_ni(rst_n), .run_i(run), .flush_i(flush), .wb_all_i, .tso_en_i, .csum_en_i, .vlan_en_i,
    .desc_valid_i(desc_valid), .desc_queue_i(desc_queue), .desc_i(desc), .desc_pop_o(desc_pop),
    .start_full_i(start_full), .start_push_o(start_push), .start_o(start_in),
    .end_full_i(end_full), .end_push_o(end_push), .end_o(end_in),
    .piece_full_i(piece_full || order_full), .piece_push_o(piece_push), .read_push_o(order_push),
    .piece_addr_o(piece_addr), .piece_len_o(piece_len), .piece_eop_o(piece_eop),
    .wb_full_i(wb_full), .wb_push_o(wb_push), .wb_o(wb_in),
    .gathered_o(gathered), .active_o(parse_active)
  );

  logic [5:0] unused_start_count, unused_end_count;
  logic [6:0] unused_piece_count, unused_order_count;
  logic [7:0] unused_wb_count;

  sync_fifo #(.Width(137), .Depth(32)) u_start (
    .clk_i, .rst_ni(rst_n), .flush_i(flush), .push_i(start_push), .data_i(start_in), .pop_i(start_pop),
    .head_o(start_head), .empty_o(start_empty), .full_o(start_full), .count_o(unused_start_count)
  );
  sync_fifo #(.Width(47), .Depth(32)) u_end (
    .clk_i, .rst_ni(rst_n), .flush_i(flush), .push_i(end_push), .data_i(end_in), .pop_i(end_pop),
    .head_o(end_head), .empty_o(end_empty), .full_o(end_full), .count_o(unused_end_count)
  );
  sync_fifo #(.Width(21), .Depth(64)) u_piece (
    .clk_i, .rst_ni(rst_n), .flush_i(flush), .push_i(piece_push), .data_i({piece_eop, piece_len}), .pop_i(piece_pop),
    .head_o(piece_head), .empty_o(piece_empty), .full_o(piece_full), .count_o(unused_piece_count)
  );
  sync_fifo #(.Width(84), .Depth(64)) u_order (
    .clk_i, .rst_ni(rst_n), .flush_i(flush), .push_i(order_push), .data_i({piece_addr, piece_len}), .pop_i(order_pop),
    .head_o(order_head), .empty_o(order_empty), .full_o(order_full), .count_o(unused_order_count)
  );
  sync_fifo #(.Width(38), .Depth(128)) u_wb (
    .clk_i, .rst_ni(rst_n), .flush_i(flush), .push_i(wb_push), .data_i(wb_in), .pop_i(wb_pop),
    .head_o(wb_head), .empty_o(wb_empty), .full_o(wb_full), .count_o(unused_wb_count)
  );

  // Payload.
  logic beat_valid, beat_read, beat_pop, payload_active;
  logic [DataW-1:0] payload;

  tx_payload #(.DataW(DataW), .Beats(PayloadBytes / Lanes)) u_payload (
    .clk_i, .rst_ni(rst_n), .run_i(run), .flush_i(flush),
    .order_valid_i(!order_empty), .order_addr_i(order_head[83:20]), .order_len_i(order_head[19:0]),
    .order_pop_o(order_pop),
    .data_rd_req_valid_o, .data_rd_req_addr_o, .data_rd_req_len_o, .data_rd_req_ready_i,
    .data_rd_rsp_valid_i, .data_rd_rsp_data_i,
    .beat_valid_o(beat_valid), .read_i(beat_read), .pop_i(beat_pop), .rdata_o(payload),
    .drained_o(payload_drained), .active_o(payload_active)
  );

  // Frames.
  logic [46:0] tso;
  logic [31:0] tso_pos;
  logic tso_wait, seg_valid, seg_none, seg_last, seg_take, seg_abort, seg_used;
  logic [15:0] seg_len;
  logic room, walk_active, segment_active;
  logic step_valid, step_hdr_src, step_hdr_dst, step_none_src, step_tail, step_emit, step_trim;
  logic step_commit, step_cancel, step_done;
  logic [HdrW-1:0] step_hdr_idx, hdr_idx;
  logic [LaneW-1:0] step_rot, step_pos, step_stop;
  logic [SumsW-1:0] step_sums, sums;
  logic [69:0] step_info, info;
  logic [DataW-1:0] hdr_data, hdr_tail, beat;
  logic beat_frame, beat_hdr, hdr_commit, commit, cancel, done;

  tx_walk #(.DataW(DataW), .MaxFrame(MaxFrame), .EnTso(EnTso), .EnTxCsum(EnTxCsum)) u_walk (
    .clk_i, .rst_ni(rst_n), .run_i(run), .flush_i(flush),
    .start_valid_i(!start_empty), .start_i(start_head), .start_pop_o(start_pop),
    .end_i(end_head[25:0]), .end_pop_o(end_pop),
    .piece_valid_i(!piece_empty), .piece_i(piece_head), .piece_pop_o(piece_pop),
    .beat_valid_i(beat_valid), .beat_read_o(beat_read), .beat_pop_o(beat_pop),
    .tso_o(tso), .tso_pos_o(tso_pos), .tso_wait_o(tso_wait),
    .seg_valid_i(seg_valid), .seg_none_i(seg_none), .seg_len_i(seg_len), .seg_last_i(seg_last),
    .seg_take_o(seg_take), .seg_abort_o(seg_abort), .room_i(room),
    .step_valid_o(step_valid), .step_hdr_src_o(step_hdr_src), .step_hdr_dst_o(step_hdr_dst),
    .step_hdr_idx_o(step_hdr_idx), .step_none_src_o(step_none_src), .step_tail_o(step_tail),
    .step_rot_o(step_rot), .step_pos_o(step_pos), .step_emit_o(step_emit), .step_trim_o(step_trim),
    .step_stop_o(step_stop), .step_commit_o(step_commit), .step_cancel_o(step_cancel), .step_done_o(step_done),
    .step_sums_o(step_sums), .step_info_o(step_info),
    .stat_tso_o, .stat_tso_fail_o, .active_o(walk_active)
  );

  if (EnTso) begin : gen_segment
    tx_segment #(.DataW(DataW)) u_segment (
      .clk_i, .rst_ni(rst_n), .flush_i(flush),
      .tso_i(tso), .tso_pos_i(tso_pos), .end_valid_i(!end_empty), .end_total_i(end_head[46:26]),
      .gathered_i(gathered), .stuck_i(tso_wait && piece_full),
      .hdr_we_i(beat_hdr), .hdr_idx_i(hdr_idx), .hdr_done_i(hdr_commit), .hdr_data_i(beat),
      .seg_valid_o(seg_valid), .seg_none_o(seg_none), .seg_len_o(seg_len), .seg_last_o(seg_last),
      .seg_take_i(seg_take), .seg_used_i(seg_used), .abort_i(seg_abort),
      .rd_idx_i(step_hdr_idx), .rd_data_o(hdr_data), .tail_o(hdr_tail), .active_o(segment_active)
    );
  end else begin : gen_no_segment
    assign {seg_valid, seg_none, seg_last, segment_active} = '0;
    assign seg_len = '0;
    assign hdr_data = '0;
    assign hdr_tail = '0;

    logic unused_tso;
    assign unused_tso = ^{end_empty, tso, tso_pos, tso_wait, end_head[46:26], gathered, hdr_idx, hdr_commit, seg_take,
                          seg_used, seg_abort};
  end
  assign seg_used = step_valid && step_tail;

  tx_pack #(.DataW(DataW)) u_pack (
    .clk_i, .rst_ni(rst_n),
    .valid_i(step_valid), .hdr_src_i(step_hdr_src), .hdr_dst_i(step_hdr_dst), .hdr_idx_i(step_hdr_idx),
    .none_src_i(step_none_src), .tail_i(step_tail), .rot_i(step_rot), .pos_i(step_pos), .emit_i(step_emit),
    .trim_i(step_trim), .stop_i(step_stop), .commit_i(step_commit), .cancel_i(step_cancel), .done_i(step_done),
    .sums_i(step_sums), .info_i(step_info),
    .payload_i(payload), .hdr_i(hdr_data), .hdr_tail_i(hdr_tail),
    .beat_o(beat), .beat_frame_o(beat_frame), .beat_hdr_o(beat_hdr), .hdr_idx_o(hdr_idx), .hdr_commit_o(hdr_commit),
    .commit_o(commit), .cancel_o(cancel), .done_o(done), .sums_o(sums), .info_o(info)
  );
  assign steps_busy = step_valid || beat_frame || beat_hdr || hdr_commit || commit || cancel || done;

  logic frame_valid, frame_stamp, frame_short, ip_en, l4_en, csum_active, buffer_active;
  logic [13:0] frame_len;
  logic [16:0] frame_tag;
  logic [7:0] ip_pos, l4_pos;
  logic [15:0] ip_sum, l4_sum;

  if (EnTxCsum) begin : gen_csum
    tx_csum #(.DataW(DataW)) u_csum (
      .clk_i, .rst_ni(rst_n), .beat_valid_i(beat_frame), .beat_i(beat), .sums_i(sums),
      .commit_i(commit), .cancel_i(cancel || flush), .info_i(info),
      .frame_valid_o(frame_valid), .frame_stamp_o(frame_stamp), .frame_tag_o(frame_tag),
      .frame_len_o(frame_len), .frame_short_o(frame_short),
      .ip_en_o(ip_en), .ip_pos_o(ip_pos), .ip_sum_o(ip_sum), .l4_en_o(l4_en), .l4_pos_o(l4_pos), .l4_sum_o(l4_sum),
      .active_o(csum_active)
    );
  end else begin : gen_no_csum
    logic [36:0] unused_info;
    assign frame_valid = commit;
    assign {frame_stamp, frame_tag, frame_len, frame_short, unused_info} = info;
    assign {ip_en, ip_pos, ip_sum, l4_en, l4_pos, l4_sum} = '0;
    assign csum_active = 1'b0;

    logic unused_sums;
    assign unused_sums = ^sums;
  end

  tx_frame_buffer #(.DataW(DataW), .Beats(FrameBytes / Lanes)) u_buffer (
    .clk_i, .rst_ni, .srst_i, .flush_i(flush),
    .beat_valid_i(beat_frame), .beat_i(beat), .beat_commit_i(commit), .beat_cancel_i(cancel), .room_o(room),
    .vet_i, .frame_valid_i(frame_valid), .frame_stamp_i(frame_stamp), .frame_tag_i(frame_tag), .frame_len_i(frame_len),
    .frame_pad_i(frame_short && psp_i),
    .ip_en_i(ip_en), .ip_pos_i(ip_pos), .ip_sum_i(ip_sum), .l4_en_i(l4_en), .l4_pos_i(l4_pos), .l4_sum_i(l4_sum),
    .m_axis_tdata_o, .m_axis_tkeep_o, .m_axis_tlast_o, .m_axis_tuser_o, .m_axis_tvalid_o, .m_axis_tready_i,
    .hold_i, .control_valid_i, .control_xoff_i, .control_head_i, .control_taken_o, .held_o,
    .ev_stamp_o, .stat_frame_o, .stat_len_o, .stat_mcast_o, .stat_bcast_o, .stat_xoff_o, .stat_xon_o,
    .active_o(buffer_active)
  );

  // Completion.
  logic writeback_active;

  tx_writeback #(.DataW(DataW), .EnQueues(EnQueues)) u_writeback (
    .clk_i, .rst_ni(rst_n), .abort_i({2{state_q == StAbort}} & ~keep_q), .flush_i(flush),
    .ring_base_i, .ring_size_i(ring_size), .tail_i, .head_we_i, .head_wdata_i, .head_o,
    .entry_valid_i(!wb_empty), .entry_i(wb_head), .entry_pop_o(wb_pop), .done_i(done),
    .wb_wr_req_valid_o, .wb_wr_req_addr_o, .wb_wr_req_len_o, .wb_wr_req_ready_i,
    .wb_wr_valid_o, .wb_wr_data_o, .wb_wr_ready_i, .wb_wr_done_i,
    .low_i, .ev_wb_o, .ev_wb_ide_o, .ev_txqe_o, .ev_low_o,
    .drained_o(writeback_drained), .active_o(writeback_active)
  );

  assign idle_o = !(fetch_active || parse_active || payload_active || walk_active || segment_active || steps_busy ||
                    csum_active || buffer_active || writeback_active || state_d != state_q || on_d != on_q || keep_d != keep_q || srst_i);
  assign drained_o = fetch_drained && payload_drained && writeback_drained;

  // Errors need no case of their own: a failed read brings ones, a failed write changes nothing here.
  logic unused;
  assign unused = ^{ring_len_i[23:20], ring_len_i[3:0], desc_rd_rsp_err_i, data_rd_rsp_last_i, data_rd_rsp_err_i, wb_wr_err_i,
                    unused_start_count, unused_end_count, unused_piece_count, unused_order_count, unused_wb_count};
endmodule
