// SPDX-License-Identifier: MIT
//
// AXI4 read master shared by `NumClients` clients (docs/rtl.md, "DMA clients").
//
// A request (any byte address, 1..16384 bytes) is split where a burst would cross 4 KiB or exceed
// 256 beats; up to `MaxBursts` bursts are in flight under one id, so answers come in order. The
// aligner keeps the previous beat and cuts each answer beat out of {new, previous} with one indexed
// part-select; as it never needs to stall, `rready` is constant and clients have no ready.
//
// `srst_i` forgets all requests: bursts already on the bus (and an address that waits for arready)
// are finished and their data swallowed before any newer answer is given.

module dma_reader #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned NumClients = 3,
  parameter int unsigned MaxBursts = 32,
  localparam int unsigned N = NumClients
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              srst_i,

  input  logic [N-1:0]      rd_req_valid_i,
  input  logic [N*64-1:0]   rd_req_addr_i,
  input  logic [N*16-1:0]   rd_req_len_i,
  output logic [N-1:0]      rd_req_ready_o,
  output logic [N-1:0]      rd_rsp_valid_o,
  output logic [DataW-1:0]  rd_rsp_data_o,
  output logic              rd_rsp_last_o,
  output logic              rd_rsp_err_o,

  output logic [63:0]       m_axi_araddr_o,
  output logic [7:0]        m_axi_arlen_o,
  output logic              m_axi_arvalid_o,
  input  logic              m_axi_arready_i,
  input  logic [DataW-1:0]  m_axi_rdata_i,
  input  logic [1:0]        m_axi_rresp_i,
  input  logic              m_axi_rlast_i,
  input  logic              m_axi_rvalid_i,
  output logic              m_axi_rready_o,

  output logic              idle_o,
  output logic              drained_o
);
  localparam int unsigned BeatBytes = DataW / 8;
  localparam int unsigned OffW = $clog2(BeatBytes);
  localparam int unsigned BurstBytes = (256 * BeatBytes < 4096) ? 256 * BeatBytes : 4096;
  localparam int unsigned BurstW = $clog2(BurstBytes);
  localparam int unsigned IdW = (N > 1) ? $clog2(N) : 1;
  localparam int unsigned CntW = $clog2(MaxBursts) + 1;

  // Request side: one request at a time is cut into bursts, one a cycle.
  logic cur_valid_q;
  logic [63:0] cur_addr_q;
  logic [15:0] cur_len_q;
  logic [IdW-1:0] cur_client_q;
  logic [OffW-1:0] req_off_q;  // lane of the request's first byte, the same for all of its bursts
  logic cur_cut_q;             // after srst_i: the address that waits on the bus is the last one

  logic any_req, load, ar_fire, chunk_last, ends;
  logic [IdW-1:0] grant;
  logic [15:0] room, chunk;
  logic [OffW-1:0] cur_off, end_off;

  // Burst in flight: whose, first byte's lane, last burst of its request, and whether the last beat
  // on the bus also starts an answer beat (then one more answer beat follows it).
  logic fl_full, fl_empty, fl_pop;
  logic [CntW-1:0] fl_count;
  logic [IdW-1:0] fl_client;
  logic [OffW-1:0] fl_off;
  logic fl_last, fl_tail;

  assign room = 16'(BurstBytes) - 16'(cur_addr_q[BurstW-1:0]);
  assign chunk_last = cur_len_q <= room;
  assign ends = chunk_last || cur_cut_q;
  assign chunk = chunk_last ? cur_len_q : room;
  assign cur_off = cur_addr_q[OffW-1:0];
  assign end_off = OffW'(cur_addr_q[15:0] + cur_len_q - 16'd1);

  assign m_axi_arvalid_o = cur_valid_q && !fl_full;
  assign m_axi_araddr_o = {cur_addr_q[63:OffW], OffW'(0)};
  assign m_axi_arlen_o = 8'((16'(cur_off) + chunk - 16'd1) >> OffW);
  assign ar_fire = m_axi_arvalid_o && m_axi_arready_i;

  rr_arbiter #(.N(N)) u_arbiter (
    .clk_i, .rst_ni,
    .req_i  (rd_req_valid_i),
    .take_i (load),
    .any_o  (any_req),
    .grant_o(grant)
  );

  assign load = any_req && !srst_i && (!cur_valid_q || (ar_fire && ends));

  always_comb begin
    rd_req_ready_o = '0;
    rd_req_ready_o[grant] = load;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cur_valid_q <= 1'b0;
      cur_cut_q <= 1'b0;
    end else if (load) begin
      cur_valid_q <= 1'b1;
      cur_cut_q <= 1'b0;
    end else if (srst_i) begin
      cur_valid_q <= m_axi_arvalid_o && !m_axi_arready_i;
      cur_cut_q <= 1'b1;
    end else if (ar_fire && ends) begin
      cur_valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (load) begin
      cur_addr_q <= rd_req_addr_i[grant*64 +: 64];
      cur_len_q <= rd_req_len_i[grant*16 +: 16];
      cur_client_q <= grant;
      req_off_q <= rd_req_addr_i[grant*64 +: OffW];
    end else if (ar_fire) begin
      cur_addr_q <= cur_addr_q + 64'(chunk);
      cur_len_q <= cur_len_q - chunk;
    end
  end

  sync_fifo #(.Width(IdW + OffW + 2), .Depth(MaxBursts)) u_in_flight (
    .clk_i, .rst_ni,
    .flush_i(1'b0),
    .push_i (ar_fire),
    .data_i ({cur_client_q, req_off_q, ends, end_off >= req_off_q}),
    .pop_i  (fl_pop),
    .head_o ({fl_client, fl_off, fl_last, fl_tail}),
    .empty_o(fl_empty),
    .full_o (fl_full),
    .count_o(fl_count)
  );

  // Answer side.
  logic [CntW-1:0] swallow_q;  // so many of the oldest bursts belong to before srst_i
  logic beat, beat_end, emit, emit_alone, emit_last, emit_err;
  logic hold_valid_q, hold_final_q, hold_err_q;
  logic [OffW-1:0] hold_off_q;
  logic [IdW-1:0] hold_client_q;
  logic [DataW-1:0] hold_data_q, rsp_data_q;
  logic [N-1:0] rsp_valid_q;
  logic rsp_last_q, rsp_err_q;

  assign m_axi_rready_o = 1'b1;
  assign fl_pop = m_axi_rvalid_i && m_axi_rlast_i;
  assign beat = m_axi_rvalid_i && swallow_q == '0 && !srst_i;
  assign beat_end = m_axi_rlast_i && fl_last;

  // The kept beat goes out alone when it needs no bytes of the next one.
  assign emit_alone = hold_final_q || hold_off_q == '0;
  assign emit = hold_valid_q && (emit_alone || beat) && !srst_i;
  assign emit_last = hold_final_q || (!emit_alone && beat_end && !fl_tail);
  assign emit_err = hold_err_q || (!emit_alone && m_axi_rresp_i[1]);

  function automatic logic [DataW-1:0] cut(input logic [DataW-1:0] hi, input logic [DataW-1:0] lo,
                                           input logic [OffW-1:0] off);
    logic [2*DataW-1:0] both;
    both = {hi, lo};
    cut = both[{1'b0, off, 3'b000} +: DataW];
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      swallow_q <= '0;
    end else if (srst_i) begin
      swallow_q <= fl_count + CntW'(m_axi_arvalid_o) - CntW'(fl_pop);
    end else if (fl_pop && swallow_q != '0) begin
      swallow_q <= swallow_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      hold_valid_q <= 1'b0;
      rsp_valid_q <= '0;
    end else begin
      if (beat) hold_valid_q <= !beat_end || fl_tail;
      else if (emit) hold_valid_q <= 1'b0;
      if (emit) rsp_valid_q <= N'(1) << hold_client_q;
      else if (rsp_valid_q != '0) rsp_valid_q <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (beat) begin
      hold_data_q <= m_axi_rdata_i;
      hold_off_q <= fl_off;
      hold_client_q <= fl_client;
      hold_final_q <= beat_end && fl_tail;
      hold_err_q <= m_axi_rresp_i[1];
    end
    if (emit) begin
      if (emit_err) rsp_data_q <= '1;
      else rsp_data_q <= cut(m_axi_rdata_i, hold_data_q, hold_off_q);
      rsp_last_q <= emit_last;
      rsp_err_q <= emit_err;
    end
  end

  assign rd_rsp_valid_o = rsp_valid_q;
  assign rd_rsp_data_o = rsp_data_q;
  assign rd_rsp_last_o = rsp_last_q;
  assign rd_rsp_err_o = rsp_err_q;

  assign idle_o = !load && !ar_fire && !m_axi_rvalid_i && !srst_i && rsp_valid_q == '0 &&
                  !(hold_valid_q && emit_alone);
  assign drained_o = !cur_valid_q && fl_empty && !hold_valid_q && rsp_valid_q == '0;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(m_axi_rvalid_i && fl_empty));  // no read data that nobody asked for
      assert (!(load && rd_req_len_i[grant*16 +: 16] == '0));  // no read of no bytes
    end
  end

  // Exclusive access is never used, so only bit 1 of the response tells an error.
  logic unused;
  assign unused = ^m_axi_rresp_i[0];
endmodule
