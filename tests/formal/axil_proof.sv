// SPDX-License-Identifier: MIT
//
// axil_slave between any AXI4-Lite master that keeps to the protocol and any registers: responses stay
// until taken, one for each access, in order; a write acts once, with its own address and data, and
// only when all its strobes are set; a read returns what the registers showed in the one cycle in which it
// acted; both responses are OKAY; an access is answered at most three cycles after it was taken.

module axil_proof (
  input logic        clk_i,
  input logic        rst_ni,
  input logic [16:0] awaddr_i,
  input logic        awvalid_i,
  input logic [31:0] wdata_i,
  input logic [3:0]  wstrb_i,
  input logic        wvalid_i,
  input logic        bready_i,
  input logic [16:0] araddr_i,
  input logic        arvalid_i,
  input logic        rready_i,
  input logic [31:0] rdata_i
);
  logic awready, wready, bvalid, arready, rvalid, req, we, idle, reset_q;
  logic [1:0] bresp, rresp;
  logic [31:0] rdata, wdata;
  logic [16:0] addr;

  axil_slave dut (
    .clk_i, .rst_ni,
    .s_axil_awaddr_i(awaddr_i), .s_axil_awvalid_i(awvalid_i), .s_axil_awready_o(awready),
    .s_axil_wdata_i(wdata_i), .s_axil_wstrb_i(wstrb_i), .s_axil_wvalid_i(wvalid_i), .s_axil_wready_o(wready),
    .s_axil_bvalid_o(bvalid), .s_axil_bresp_o(bresp), .s_axil_bready_i(bready_i),
    .s_axil_araddr_i(araddr_i), .s_axil_arvalid_i(arvalid_i), .s_axil_arready_o(arready),
    .s_axil_rvalid_o(rvalid), .s_axil_rdata_o(rdata), .s_axil_rresp_o(rresp), .s_axil_rready_i(rready_i),
    .req_o(req), .we_o(we), .addr_o(addr), .wdata_o(wdata), .rdata_i, .idle_o(idle)
  );

  initial reset_q = 1'b0;
  always_ff @(posedge clk_i) reset_q <= 1'b1;

  logic aw_take, ar_take, b_take, r_take;
  assign aw_take = awvalid_i && awready;
  assign ar_take = arvalid_i && arready;
  assign b_take = bvalid && bready_i;
  assign r_take = rvalid && rready_i;

  // The access that was taken and not yet answered.
  logic open_q, write_q, acted_q;
  logic [3:0] strobes_q;
  logic [16:0] addr_q;
  logic [31:0] data_q;
  logic [1:0] age_q;

  always_comb assume (rst_ni == reset_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      open_q <= 1'b0;
    end else begin
      if (b_take || r_take) open_q <= 1'b0;
      if (aw_take || ar_take) begin
        open_q <= 1'b1;
        write_q <= aw_take;
        strobes_q <= wstrb_i;
        addr_q <= aw_take ? awaddr_i : araddr_i;
        data_q <= wdata_i;
        acted_q <= 1'b0;
        age_q <= '0;
      end else if (open_q) begin
        if (age_q != '1) age_q <= age_q + 1'b1;
        if (req) begin
          acted_q <= 1'b1;
          if (!write_q) data_q <= rdata_i;
        end
      end
    end
  end

  always_comb begin
    if (rst_ni) begin
      assert (awready == wready);
      assert (!(awready && !(awvalid_i && wvalid_i)));
      assert (!(aw_take && ar_take));
      assert (!((aw_take || ar_take) && open_q && !(b_take || r_take)));
      assert (!(bvalid && rvalid));
      assert (!(bvalid && !(open_q && write_q)));
      assert (!(rvalid && !(open_q && !write_q)));
      assert (bresp == 2'b00 && rresp == 2'b00);
      if (req) begin
        assert (open_q && !acted_q && !bvalid && !rvalid);
        assert (we == write_q && addr == {addr_q[16:2], 2'b00});
        if (we) assert (wdata == data_q && strobes_q == 4'hf);
      end
      if (bvalid) assert (acted_q == (strobes_q == 4'hf));
      if (rvalid) assert (acted_q && rdata == data_q);
      if (open_q && age_q != '0) assert (bvalid || rvalid);
    end
  end

  // Once valid, valid and unchanged until taken.
  logic b_wait_q, r_wait_q;
  logic [31:0] rdata_q;

  always_ff @(posedge clk_i) begin
    b_wait_q <= rst_ni && bvalid && !bready_i;
    r_wait_q <= rst_ni && rvalid && !rready_i;
    rdata_q <= rdata;
  end

  always_comb begin
    if (rst_ni && b_wait_q) assert (bvalid);
    if (rst_ni && r_wait_q) assert (rvalid && rdata == rdata_q);
  end
endmodule
