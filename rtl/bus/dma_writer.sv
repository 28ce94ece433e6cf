// SPDX-License-Identifier: MIT
//
// AXI4 write master shared by `NumClients` clients (docs/rtl.md, "DMA clients").
//
// A request (any byte address, 1..16384 bytes) is split where a burst would cross 4 KiB or exceed
// 256 beats. The address of a burst is put on AW in the cycle in which its data beats are queued, so
// data never runs ahead of its address; up to `MaxBursts` bursts wait for their B, which come in
// order (one id). The aligner keeps the previous beat of the client and cuts each bus beat out of
// {new, previous} with one indexed part-select.
//
// Requests are served in the order in which they were taken: a client that has asked must deliver
// its bytes without waiting for another one's.
//
// `srst_i` forgets all requests: bursts whose address has been on the bus are finished with strobes
// 0 and nobody hears of them.

module dma_writer #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned NumClients = 3,
  parameter int unsigned MaxBursts = 32,
  localparam int unsigned N = NumClients,
  localparam int unsigned BeatBytes = DataW / 8
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 srst_i,

  input  logic [N-1:0]         wr_req_valid_i,
  input  logic [N*64-1:0]      wr_req_addr_i,
  input  logic [N*16-1:0]      wr_req_len_i,
  output logic [N-1:0]         wr_req_ready_o,
  input  logic [N-1:0]         wr_valid_i,
  input  logic [N*DataW-1:0]   wr_data_i,
  output logic [N-1:0]         wr_ready_o,
  output logic [N-1:0]         wr_done_o,
  output logic                 wr_err_o,

  output logic [63:0]          m_axi_awaddr_o,
  output logic [7:0]           m_axi_awlen_o,
  output logic                 m_axi_awvalid_o,
  input  logic                 m_axi_awready_i,
  output logic [DataW-1:0]     m_axi_wdata_o,
  output logic [BeatBytes-1:0] m_axi_wstrb_o,
  output logic                 m_axi_wlast_o,
  output logic                 m_axi_wvalid_o,
  input  logic                 m_axi_wready_i,
  input  logic [1:0]           m_axi_bresp_i,
  input  logic                 m_axi_bvalid_i,
  output logic                 m_axi_bready_o,

  output logic                 idle_o,
  output logic                 drained_o
);
  localparam int unsigned OffW = $clog2(BeatBytes);
  localparam int unsigned BurstBytes = (256 * BeatBytes < 4096) ? 256 * BeatBytes : 4096;
  localparam int unsigned BurstW = $clog2(BurstBytes);
  localparam int unsigned IdW = (N > 1) ? $clog2(N) : 1;
  localparam int unsigned CntW = $clog2(MaxBursts) + 1;

  // Request side: one request at a time is cut into bursts, one a cycle.
  logic cur_valid_q, cur_first_q;
  logic [63:0] cur_addr_q;
  logic [15:0] cur_len_q;
  logic [IdW-1:0] cur_client_q;
  logic [OffW-1:0] req_off_q;  // lane of the request's first byte

  logic any_req, load, issue, ends, aw_free;
  logic [IdW-1:0] grant;
  logic [15:0] room, chunk;
  logic [OffW-1:0] cur_off, end_off;
  logic [7:0] cur_awlen;

  logic awvalid_q;
  logic [63:0] awaddr_q;
  logic [7:0] awlen_q;

  // Data beats of the bursts that were issued.
  logic wf_empty, wf_full, wf_pop;
  logic [CntW-1:0] wf_count;
  logic [IdW-1:0] wf_client;
  logic [OffW-1:0] wf_off, wf_end;
  logic [7:0] wf_beats;
  logic wf_first, wf_last, wf_tail;

  // Bursts that wait for their B.
  logic bf_empty, bf_full;
  logic [CntW-1:0] bf_count;
  logic [IdW-1:0] bf_client;
  logic bf_last;

  assign room = 16'(BurstBytes) - 16'(cur_addr_q[BurstW-1:0]);
  assign ends = cur_len_q <= room;
  assign chunk = ends ? cur_len_q : room;
  assign cur_off = cur_addr_q[OffW-1:0];
  assign end_off = OffW'(cur_addr_q[15:0] + cur_len_q - 16'd1);
  assign cur_awlen = 8'((16'(cur_off) + chunk - 16'd1) >> OffW);

  assign aw_free = !awvalid_q || m_axi_awready_i;
  assign issue = cur_valid_q && aw_free && !wf_full && !bf_full && !srst_i;
  assign load = any_req && !srst_i && (!cur_valid_q || (issue && ends));

  rr_arbiter #(.N(N)) u_arbiter (
    .clk_i, .rst_ni,
    .req_i  (wr_req_valid_i),
    .take_i (load),
    .any_o  (any_req),
    .grant_o(grant)
  );

  always_comb begin
    wr_req_ready_o = '0;
    wr_req_ready_o[grant] = load;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) cur_valid_q <= 1'b0;
    else if (load) cur_valid_q <= 1'b1;
    else if (issue && ends) cur_valid_q <= 1'b0;

    if (!rst_ni) awvalid_q <= 1'b0;
    else if (issue) awvalid_q <= 1'b1;
    else if (m_axi_awready_i) awvalid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (load) begin
      cur_addr_q <= wr_req_addr_i[grant*64 +: 64];
      cur_len_q <= wr_req_len_i[grant*16 +: 16];
      cur_client_q <= grant;
      cur_first_q <= 1'b1;
      req_off_q <= wr_req_addr_i[grant*64 +: OffW];
    end else if (issue) begin
      cur_addr_q <= cur_addr_q + 64'(chunk);
      cur_len_q <= cur_len_q - chunk;
      cur_first_q <= 1'b0;
    end
    if (issue) begin
      awaddr_q <= {cur_addr_q[63:OffW], OffW'(0)};
      awlen_q <= cur_awlen;
    end
  end

  assign m_axi_awvalid_o = awvalid_q;
  assign m_axi_awaddr_o = awaddr_q;
  assign m_axi_awlen_o = awlen_q;

  // The last bus beat of a request needs no new client beat when the request's end lies below the
  // lane of its beginning (the kept beat holds the rest), unless it is the first beat as well.
  sync_fifo #(.Width(IdW + 2 * OffW + 8 + 3), .Depth(MaxBursts)) u_data_bursts (
    .clk_i, .rst_ni,
    .flush_i(1'b0),
    .push_i (issue),
    .data_i ({cur_client_q, req_off_q, end_off, cur_awlen, cur_first_q, ends, end_off < req_off_q}),
    .pop_i  (wf_pop),
    .head_o ({wf_client, wf_off, wf_end, wf_beats, wf_first, wf_last, wf_tail}),
    .empty_o(wf_empty),
    .full_o (wf_full),
    .count_o(wf_count)
  );

  sync_fifo #(.Width(IdW + 1), .Depth(MaxBursts)) u_wait_b (
    .clk_i, .rst_ni,
    .flush_i(1'b0),
    .push_i (issue),
    .data_i ({cur_client_q, ends}),
    .pop_i  (m_axi_bvalid_i),
    .head_o ({bf_client, bf_last}),
    .empty_o(bf_empty),
    .full_o (bf_full),
    .count_o(bf_count)
  );

  // Data side.
  logic [CntW-1:0] kill_w_q, kill_b_q;  // so many of the oldest bursts belong to before srst_i
  logic [7:0] beat_q;                   // of the burst at the head
  logic [DataW-1:0] hold_data_q, wdata_q;
  logic [BeatBytes-1:0] wstrb_q;
  logic wvalid_q, wlast_q;
  logic killed, w_free, beat_first, beat_last, needs_input, put, take;

  assign killed = kill_w_q != '0;
  assign w_free = !wvalid_q || m_axi_wready_i;
  assign beat_first = wf_first && beat_q == '0;
  assign beat_last = beat_q == wf_beats;
  assign needs_input = !killed && !(wf_last && beat_last && wf_tail);
  assign put = !wf_empty && w_free && !srst_i && (!needs_input || wr_valid_i[wf_client]);
  assign take = put && needs_input;
  assign wf_pop = put && beat_last;

  always_comb begin
    wr_ready_o = '0;
    wr_ready_o[wf_client] = take;
  end

  function automatic logic [BeatBytes-1:0] strobes(input logic none, input logic first, input logic [OffW-1:0] off,
                                                   input logic last, input logic [OffW-1:0] finish);
    strobes = none ? '0 : '1;
    if (first) strobes = strobes << off;
    if (last) strobes = strobes & ({BeatBytes{1'b1}} >> (OffW'(BeatBytes - 1) - finish));
  endfunction

  function automatic logic [DataW-1:0] cut(input logic [DataW-1:0] hi, input logic [DataW-1:0] lo,
                                           input logic [OffW-1:0] off);
    logic [2*DataW-1:0] both;
    both = {hi, lo};
    cut = both[(OffW+4)'(DataW) - (OffW+4)'({off, 3'b000}) +: DataW];
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wvalid_q <= 1'b0;
      beat_q <= '0;
    end else begin
      if (put) wvalid_q <= 1'b1;
      else if (m_axi_wready_i) wvalid_q <= 1'b0;
      if (put) beat_q <= beat_last ? '0 : beat_q + 1'b1;
    end
  end

  logic [DataW-1:0] client_data [N];
  for (genvar c = 0; c < N; c++) begin : g_client
    assign client_data[c] = wr_data_i[c*DataW +: DataW];
  end

  always_ff @(posedge clk_i) begin
    if (take && wf_off != '0) hold_data_q <= client_data[wf_client];
    if (put) begin
      if (wf_off == '0) wdata_q <= client_data[wf_client];
      else wdata_q <= cut(client_data[wf_client], hold_data_q, wf_off);
      wstrb_q <= strobes(killed, beat_first, wf_off, wf_last && beat_last, wf_end);
      wlast_q <= beat_last;
    end
  end

  assign m_axi_wvalid_o = wvalid_q;
  assign m_axi_wdata_o = wdata_q;
  assign m_axi_wstrb_o = wstrb_q;
  assign m_axi_wlast_o = wlast_q;

  // Completion: the client hears of the B of the last burst of its request.
  logic err_q, last_b;

  assign m_axi_bready_o = 1'b1;
  assign last_b = m_axi_bvalid_i && bf_last && kill_b_q == '0 && !srst_i;
  assign wr_err_o = err_q || m_axi_bresp_i[1];

  always_comb begin
    wr_done_o = '0;
    wr_done_o[bf_client] = last_b;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) err_q <= 1'b0;
    else if (m_axi_bvalid_i && kill_b_q == '0) err_q <= !bf_last && wr_err_o;

    if (!rst_ni) begin
      kill_w_q <= '0;
      kill_b_q <= '0;
    end else if (srst_i) begin
      kill_w_q <= wf_count;
      kill_b_q <= bf_count - CntW'(m_axi_bvalid_i);
    end else begin
      if (killed && wf_pop) kill_w_q <= kill_w_q - 1'b1;
      if (kill_b_q != '0 && m_axi_bvalid_i) kill_b_q <= kill_b_q - 1'b1;
    end
  end

  assign idle_o = !load && !issue && !put && !m_axi_bvalid_i && !srst_i &&
                  !(awvalid_q && m_axi_awready_i) && !(wvalid_q && m_axi_wready_i);
  assign drained_o = !cur_valid_q && bf_empty && wf_empty && !wvalid_q && !awvalid_q;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(m_axi_bvalid_i && bf_empty));  // no write response to nothing
      assert (!(load && wr_req_len_i[grant*16 +: 16] == '0));  // no write of no bytes
    end
  end

  // Exclusive access is never used, so only bit 1 of the response tells an error.
  logic unused;
  assign unused = ^m_axi_bresp_i[0];
endmodule
