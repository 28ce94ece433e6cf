// SPDX-License-Identifier: MIT
//
// Receive side scaling (fact sheet 5.5): Toeplitz hash of a frame's addresses and ports, its type, and
// the entry of the redirection table that names the queue. All of a frame in the cycle of its verdict.
//
// Byte n of the key, and of what is hashed, in network order, is in bits 8n+7:8n.

module rx_rss (
  input  logic         enable_i,    // of the feature
  input  logic [31:0]  mrqc_i,
  input  logic         pcsd_i,
  input  logic         exten_i,
  input  logic         ipv6_ex_dis_i,
  input  logic         new_ipv6_ext_dis_i,
  input  logic [319:0] key_i,
  output logic         active_o,    // frames are hashed at all

  input  logic         finish_i,
  input  logic         v4_i,
  input  logic         v6_i,
  input  logic         tcp_i,       // with its whole header, and no fragment
  input  logic         ext_i,       // IPv6 extension headers
  input  logic         home_i,      // an address of those stands in for one of the header's
  input  logic [127:0] src_i,
  input  logic [127:0] dst_i,
  input  logic [127:0] home_src_i,
  input  logic [127:0] home_dst_i,
  input  logic [31:0]  ports_i,

  output logic [3:0]   type_o,      // 0: no hash
  output logic [31:0]  hash_o,
  output logic [6:0]   reta_index_o,
  input  logic         reta_queue_i,
  output logic         queue_o
);
  localparam logic [3:0] TcpIpv4 = 4'd1, Ipv4 = 4'd2, TcpIpv6Ex = 4'd3, Ipv6Ex = 4'd4, Ipv6 = 4'd5;
  localparam int unsigned InputBits = 288;

  function automatic logic [31:0] toeplitz(input logic [InputBits-1:0] bytes, input logic [319:0] key);
    logic [319:0] window;  // its first bit, that of the key's first byte, on top
    logic [InputBits-1:0] ordered;
    integer i;
    for (i = 0; i < 40; i = i + 1) window[8*(39-i) +: 8] = key[8*i +: 8];
    for (i = 0; i < InputBits / 8; i = i + 1) ordered[8*(InputBits/8-1-i) +: 8] = bytes[8*i +: 8];
    // Bit 31 - i: parity of what the key, i bits further on, leaves of the input.
    for (i = 0; i < 32; i = i + 1) toeplitz[31-i] = ^(ordered & window[319-i -: InputBits]);
  endfunction

  logic ext_ok;
  logic [InputBits-1:0] bytes;

  assign active_o = enable_i && mrqc_i[1:0] == 2'd1 && pcsd_i && exten_i;
  assign ext_ok = !(ext_i && ipv6_ex_dis_i) && !(home_i && new_ipv6_ext_dis_i);

  always_comb begin
    type_o = '0;
    if (finish_i && active_o) begin
      if (v4_i) begin
        if (tcp_i && mrqc_i[16]) type_o = TcpIpv4;
        else if (mrqc_i[17]) type_o = Ipv4;
      end else if (v6_i) begin
        if (ext_ok && tcp_i && mrqc_i[18]) type_o = TcpIpv6Ex;
        else if (ext_ok && mrqc_i[19]) type_o = Ipv6Ex;
        else if (mrqc_i[20]) type_o = Ipv6;
      end
    end
  end

  always_comb begin
    bytes = '0;
    hash_o = '0;
    if (type_o != '0) begin
      case (type_o)
        TcpIpv4: bytes = {192'd0, ports_i, dst_i[31:0], src_i[31:0]};
        Ipv4: bytes = {224'd0, dst_i[31:0], src_i[31:0]};
        TcpIpv6Ex: bytes = {ports_i, home_dst_i, home_src_i};
        Ipv6Ex: bytes = {32'd0, home_dst_i, home_src_i};
        default: bytes = {32'd0, dst_i, src_i};
      endcase
      hash_o = toeplitz(bytes, key_i);
    end
  end

  assign reta_index_o = hash_o[6:0];
  assign queue_o = type_o != '0 && reta_queue_i;

  logic unused;
  assign unused = ^{mrqc_i[31:21], mrqc_i[15:2]};
endmodule
