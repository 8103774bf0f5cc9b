import * as torch from 'cresset';
import { createInterface } from 'node:readline';
const F:any=torch.nn.functional; 
const fs:any={gelu:(x:any)=>F.gelu(x),gelu_tanh:(x:any)=>F.gelu(x,'tanh'),silu:(x:any)=>F.silu(x),tanh:(x:any)=>torch.tanh(x),sigmoid:(x:any)=>torch.sigmoid(x),softplus:(x:any)=>F.softplus(x),mish:(x:any)=>F.mish(x),elu:(x:any)=>F.elu(x)};
let key='',run:any;
function make(name:string,mode:string,n:number){
 if(name.startsWith('prelu')){const shape=name==='prelu'?[n]:[n/(64*256),64,256];const x=torch.randn(shape).requires_grad_();const w=torch.full([name==='prelu'?1:64],.25).requires_grad_();const g=torch.randn(shape);
  return (k:number)=>{for(let i=0;i<k;i++){x.grad=null;w.grad=null;torch.prelu(x,w).backward(g);}}}
 const f=fs[name];
 if(mode==='f'){const x=torch.randn([n]);return (k:number)=>torch.no_grad(()=>{for(let i=0;i<k;i++)f(x);});}
 const x=torch.randn([n]).requires_grad_();const g=torch.randn([n]);
 return (k:number)=>{for(let i=0;i<k;i++){x.grad=null;f(x).backward(g);}}
}
createInterface({input:process.stdin}).on('line',l=>{const [name,mode,n,t,k]=l.split(' ');torch.set_num_threads(+t);if(key!==name+mode+n){key=name+mode+n;run=make(name,mode,+n);}
 const s=process.hrtime.bigint();run(+k);console.log(Number(process.hrtime.bigint()-s)/1e9/+k);});
