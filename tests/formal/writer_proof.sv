// SPDX-License-Identifier: MIT
//
// dma_writer with two clients on a 32-bit bus, two bursts in flight, any requests, any timing of clients and of
// a memory that answers in order.
//
// On AXI: an address or a beat once valid stays, unchanged, until taken; an address is aligned to a beat
// and its burst does not cross 4 KiB; a burst has as many beats as its address said; no beat before its
// address; no more bursts are in flight than allowed; after srst_i nothing more of earlier requests is
// written. Bytes (Answers): strobes are set for the bytes of the request and no others, each with its own
// value; the client hears once of its request, with the last B of it, and of an error in any.

module writer_proof #(
  parameter bit Answers = 1'b1  // 0: only what AXI asks is judged, with srst_i, deeper for the same time
) (
  input logic         clk_i,
  input logic         rst_ni,
  input logic         srst_i,
  input logic [1:0]   req_valid_i,
  input logic [127:0] req_addr_i,
  input logic [31:0]  req_len_i,
  input logic [1:0]   valid_i,
  input logic         awready_i,
  input logic         wready_i,
  input logic         bvalid_i,
  input logic         berr_i,
  input logic [7:0]   nothing_i  // what a client shows that has nothing to show
);
  localparam int unsigned DataW = 32;
  localparam int unsigned Bytes = DataW / 8;
  localparam int unsigned MaxBursts = 2;
  localparam int unsigned MaxBytes = 2 * Bytes;  // of a request here: 3 beats where it is unaligned

  logic [1:0] req_ready, ready, done;
  logic [2*DataW-1:0] client_data;
  logic [DataW-1:0] wdata;
  logic [Bytes-1:0] wstrb;
  logic awvalid, wvalid, wlast, bready, err, idle, drained, reset_q;
  logic [63:0] awaddr;
  logic [7:0] awlen;

  dma_writer #(.DataW(DataW), .NumClients(2), .MaxBursts(MaxBursts)) dut (
    .clk_i, .rst_ni, .srst_i,
    .wr_req_valid_i(req_valid_i), .wr_req_addr_i(req_addr_i), .wr_req_len_i(req_len_i),
    .wr_req_ready_o(req_ready), .wr_valid_i(valid_i), .wr_data_i(client_data), .wr_ready_o(ready),
    .wr_done_o(done), .wr_err_o(err),
    .m_axi_awaddr_o(awaddr), .m_axi_awlen_o(awlen), .m_axi_awvalid_o(awvalid), .m_axi_awready_i(awready_i),
    .m_axi_wdata_o(wdata), .m_axi_wstrb_o(wstrb), .m_axi_wlast_o(wlast), .m_axi_wvalid_o(wvalid),
    .m_axi_wready_i(wready_i), .m_axi_bresp_i({berr_i, 1'b0}), .m_axi_bvalid_i(bvalid_i), .m_axi_bready_o(bready),
    .idle_o(idle), .drained_o(drained)
  );

  initial reset_q = 1'b0;
  always_ff @(posedge clk_i) reset_q <= 1'b1;

  logic aw_fire, w_fire;
  assign aw_fire = awvalid && awready_i;
  assign w_fire = wvalid && wready_i;

  // Bursts whose address was seen on the bus: without all beats, without B; lengths and addresses of
  // the former, the oldest in the low bits.
  logic aw_seen_q, aw_new;  // the address on the bus is known already
  logic [1:0] data_q, open_q, closed_q;
  logic [15:0] lens_q, len_now;
  logic [31:0] addrs_q, addr_now;
  logic [7:0] beat_q;
  logic [1:0] data_now, open_now;

  assign aw_new = awvalid && !aw_seen_q;
  always_comb begin
    len_now = lens_q;
    addr_now = addrs_q;
    if (aw_new) begin
      len_now[8*data_q[0] +: 8] = awlen;
      addr_now[16*data_q[0] +: 16] = awaddr[15:0];
    end
    data_now = data_q + 2'(aw_new);
    open_now = open_q + 2'(aw_new);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      aw_seen_q <= 1'b0;
      data_q <= '0;
      open_q <= '0;
      closed_q <= '0;
      beat_q <= '0;
    end else begin
      aw_seen_q <= awvalid && !awready_i;
      lens_q <= len_now;
      addrs_q <= addr_now;
      data_q <= data_now;
      open_q <= open_now - 2'(bvalid_i);
      closed_q <= closed_q + 2'(w_fire && wlast) - 2'(bvalid_i);
      if (w_fire) begin
        beat_q <= wlast ? '0 : beat_q + 1'b1;
        if (wlast) begin
          data_q <= data_now - 1'b1;
          lens_q <= len_now >> 8;
          addrs_q <= addr_now >> 16;
        end
      end
    end
  end

  // What AXI asks of a master.
  logic aw_wait_q, w_wait_q, wlast_q;
  logic [63:0] awaddr_q;
  logic [7:0] awlen_q;
  logic [DataW-1:0] wdata_q;
  logic [Bytes-1:0] wstrb_q;

  always_ff @(posedge clk_i) begin
    aw_wait_q <= rst_ni && awvalid && !awready_i;
    w_wait_q <= rst_ni && wvalid && !wready_i;
    awaddr_q <= awaddr;
    awlen_q <= awlen;
    wdata_q <= wdata;
    wstrb_q <= wstrb;
    wlast_q <= wlast;
  end

  always_comb begin
    if (rst_ni) begin
      if (aw_wait_q) assert (awvalid && awaddr == awaddr_q && awlen == awlen_q);
      if (w_wait_q) assert (wvalid && wdata == wdata_q && wstrb == wstrb_q && wlast == wlast_q);
      if (awvalid) begin
        assert (awaddr[1:0] == '0);
        assert ({4'd0, awaddr[11:0]} + {6'd0, awlen, 2'b00} < 16'd4096);
      end
      assert (open_now <= 2'(MaxBursts));
      if (wvalid) assert (data_now != '0 && wlast == (beat_q == len_now[7:0]));
      assert (bready);
    end
  end

  // Bursts from before srst_i, but the beat that was on the bus with it, write nothing.
  logic [1:0] killed_q;
  logic shown_q;

  always_ff @(posedge clk_i) begin
    shown_q <= srst_i && wvalid && !wready_i || shown_q && !w_fire;
    if (!rst_ni) begin
      killed_q <= '0;
      shown_q <= 1'b0;
    end else if (srst_i) begin
      killed_q <= data_now - 2'(w_fire && wlast);
    end else if (killed_q != '0 && w_fire && wlast) begin
      killed_q <= killed_q - 1'b1;
    end
  end

  always_comb begin
    if (rst_ni && killed_q != '0 && wvalid && !shown_q) assert (wstrb == '0);
  end

  // One request a client at a time; the first of `order_q` is the older one. `next` is the address of the
  // byte that is to be written next.
  logic [1:0] asked_q, closes_q;  // closes_q: the burst (oldest first) that waits for its B ends its request
  logic [31:0] first_q, len_q, given_q;
  logic first_client_q, error_q, has_next_q, ends;
  logic [15:0] next, finish, beat_addr;
  logic [Bytes-1:0] strobes;

  always_comb begin
    assume (rst_ni == reset_q);
    assume (!(bvalid_i && closed_q == '0));
    for (int unsigned c = 0; c < 2; c++) begin
      assume (!(req_valid_i[c] && asked_q[c]));
      if (Answers) assume (req_addr_i[64*c + 13 +: 51] == '0 && !srst_i);
      assume (req_len_i[16*c +: 16] != '0 && req_len_i[16*c +: 16] <= 16'(MaxBytes));
      for (int unsigned b = 0; b < Bytes; b++) begin
        client_data[DataW*c + 8*b +: 8] = !valid_i[c] ? nothing_i : first_q[16*c +: 8] + given_q[16*c +: 8] + 8'(b);
      end
    end
  end

  always_comb begin
    beat_addr = addr_now[15:0] + {6'd0, beat_q, 2'b00};
    for (int unsigned b = 0; b < Bytes; b++) begin
      strobes[b] = beat_addr + 16'(b) >= next && beat_addr + 16'(b) < finish;
    end
    ends = beat_addr + 16'(Bytes) >= finish;
  end

  // The request whose bytes are on W: the one that was taken first of those not yet written.
  logic [1:0] unwritten_q;
  logic current;
  assign current = unwritten_q == 2'b11 ? first_client_q : unwritten_q[1];
  assign next = has_next_q ? {beat_addr[15:2], 2'b00} : first_q[16*current +: 16];
  assign finish = first_q[16*current +: 16] + len_q[16*current +: 16];

  logic [1:0] b_client_q;  // whose burst it is that waits for its B, oldest first
  logic [1:0] b_now, b_ends_now;
  always_comb begin
    b_now = b_client_q;
    b_ends_now = closes_q;
    if (w_fire && wlast) begin
      b_now[closed_q[0]] = current;
      b_ends_now[closed_q[0]] = ends;
    end
  end

  always_ff @(posedge clk_i) begin
    b_client_q <= bvalid_i ? b_now >> 1 : b_now;
    closes_q <= bvalid_i ? b_ends_now >> 1 : b_ends_now;
    if (w_fire) has_next_q <= !ends;
    if (w_fire && ends) unwritten_q[current] <= 1'b0;
    if (bvalid_i) error_q <= !closes_q[0] && (error_q || berr_i);
    for (int unsigned c = 0; c < 2; c++) begin
      if (valid_i[c] && ready[c]) given_q[16*c +: 16] <= given_q[16*c +: 16] + 16'(Bytes);
      if (done[c]) asked_q[c] <= 1'b0;
      if (req_valid_i[c] && req_ready[c]) begin
        asked_q[c] <= 1'b1;
        unwritten_q[c] <= 1'b1;
        first_client_q <= unwritten_q[1-c] && !(w_fire && ends) ? 1'(1 - c) : 1'(c);
        first_q[16*c +: 16] <= req_addr_i[64*c +: 16];
        len_q[16*c +: 16] <= req_len_i[16*c +: 16];
        given_q[16*c +: 16] <= '0;
      end
    end
    if (!rst_ni) begin
      asked_q <= '0;
      unwritten_q <= '0;
      has_next_q <= 1'b0;
      error_q <= 1'b0;
      closes_q <= '0;
    end
  end

  always_comb begin
    if (rst_ni && Answers) begin
      if (wvalid) begin
        assert (unwritten_q != '0);
        assert (wstrb == strobes);
        for (int unsigned b = 0; b < Bytes; b++) begin
          if (wstrb[b]) assert (wdata[8*b +: 8] == beat_addr[7:0] + 8'(b));
        end
      end
      assert (done == (bvalid_i && closes_q[0] ? 2'b01 << b_client_q[0] : 2'b00));
      if (done != '0) assert (err == (error_q || berr_i));
    end
  end
endmodule
